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
	VERIFY_INCOMPLETE, /* unchanged, but its size differed from the server's when it came */
	VERIFY_COMPRESSED, /* another program has compressed it, so its content was not checked */
	VERIFY_MOVED,	   /* complete, but not where it was delivered */
	VERIFY_WHOLE,
	VERIFY_LEFTOVER,   /* a second copy of a recorded message, with other content or without a record */
	VERIFY_UNRECORDED, /* a file of the account that belongs to no record */
};

/* Returns whether something is wrong with the message: not only that a mail program has moved or compressed it. */
static inline bool verify_is_finding(enum verify_verdict verdict)
{
	return verdict < VERIFY_COMPRESSED;
}

/*
 * A message that is not complete in its place, or a copy without a record. Of a copy, uid, delivered and server are
 * those of the message of which it is a second copy; 0 and NULL if unknown.
 */
struct verify_finding {
	enum verify_verdict verdict; /* all but VERIFY_WHOLE */
	const char *uid;	     /* UID from the server; NULL if unknown */
	int64_t delivered;	     /* seconds since the epoch */
	uint64_t octets;	     /* octets as delivered; of a copy without a record, its own */
	enum state_server server;
	const char *path; /* path of the copy; NULL if there is none */
	uint64_t offset;  /* offset of its start in the file */
	int failure;	  /* errno of the failure to read it */
	bool again;	  /* it will be fetched again */
};

struct verify_summary {
	uint64_t messages; /* messages delivered, as far as remembered */
	uint64_t whole;	   /* complete messages, including moved and marked ones */
	uint64_t moved;
	uint64_t marked; /* messages with fields that a mail program added to the header */
	uint64_t altered, unreadable, incomplete, compressed, missing;
	uint64_t unrecorded; /* files of the account without a record, including leftovers */
	uint64_t leftover;   /* second copies of recorded messages */
	uint64_t again;	     /* messages that will be fetched again */
	uint64_t retried;    /* incomplete ones among them, which are stored again only if another text comes */
	/* The reported messages, except moved ones and those that will be fetched again, by where they are now. */
	uint64_t listed, gone, awaited;
};

/* The parameters of a verification. */
struct verify_request {
	const char *state_dir;
	bool ignore_missing; /* missing messages are counted, but not reported or fetched again */
	bool again;	     /* missing or altered messages that are still on the server count as new */
	void (*report)(void *context, const struct verify_finding *finding);
	void *context;
};

/*
 * Compares the messages in the account's destination with the state, and reports each that is not complete in its
 * place, the oldest delivery first, followed by copies without a record. It does not connect to a server. It takes
 * the account's lock only to have messages fetched again or to settle the place. Sets ERROR_STORAGE if there is no
 * state or no destination, or ERROR_LOCKED.
 */
bool verify_account(const struct account *account, const struct verify_request *request, struct verify_summary *summary,
    struct error *err);

/*
 * Counts, after a fetch, the messages that verify_account had fetched again and that have come, and forgets the lost
 * ones. retried: as in the summary.
 */
bool verify_regained(const struct account *account, const char *state_dir, uint64_t retried, uint64_t *count,
    struct error *err);

#endif
