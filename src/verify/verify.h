#ifndef MAILHAUL_VERIFY_VERIFY_H
#define MAILHAUL_VERIFY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/archive.h"

struct account;
struct error;

enum verify_verdict {
	VERIFY_MISSING,
	VERIFY_ALTERED,
	VERIFY_UNREADABLE,
	VERIFY_INCOMPLETE, /* as it came, but it did not come with the size that the server gave */
	VERIFY_MOVED, /* whole, but not where it was delivered */
	VERIFY_WHOLE,
};

/* A message that is not simply there. */
struct verify_finding {
	enum verify_verdict verdict; /* all but VERIFY_WHOLE */
	const char *uid;	     /* as the server gave it; NULL if it gave none that is known */
	int64_t delivered;	     /* seconds since the epoch */
	uint64_t octets;	     /* as delivered */
	enum state_server server;
	const char *path; /* of the copy; NULL when there is none */
	uint64_t offset;  /* where it begins in its file */
	int failure;	  /* errno, why it cannot be read */
	bool again;	  /* it is to be fetched again */
};

struct verify_summary {
	uint64_t messages; /* that were delivered, as far as is remembered */
	uint64_t whole;	   /* octet for octet, and of these: */
	uint64_t moved;
	uint64_t marked; /* but for fields that a mail program keeps in the header */
	uint64_t altered, unreadable, incomplete, missing;
	uint64_t unrecorded; /* files of the account that no record tells of */
	uint64_t again;	     /* messages to be fetched again */
};

/* What is to be done. */
struct verify_request {
	const char *state_dir;
	bool ignore_missing; /* they are counted, and neither told nor fetched again */
	bool again;	     /* what is missing or altered, and still on the server, is to count as new */
	void (*tell)(void *context, const struct verify_finding *finding);
	void *context;
};

/*
 * Holds the messages that the account has in place against what the state says of them, and tells of each that is not
 * simply there, the oldest delivery first. Asks no server. Takes the account's lock only to have messages fetched again.
 * ERROR_STORAGE when there is no state or no destination, ERROR_LOCKED.
 */
bool verify_account(const struct account *account, const struct verify_request *request, struct verify_summary *summary,
    struct error *err);

/* After a fetch: how many of those that were to be fetched again are here by now. */
bool verify_regained(const struct account *account, const char *state_dir, uint64_t *count, struct error *err);

#endif
