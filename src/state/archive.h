#ifndef MAILHAUL_STATE_STATE_ARCHIVE_H
#define MAILHAUL_STATE_STATE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;

/* Where a delivered message is on the server, as far as is known. */
enum state_server {
	STATE_LISTED,
	STATE_GONE,
	STATE_AWAITED, /* state_lose: it is fetched again if it is still there */
};

/* What is kept of a delivered message; what it points to lives until the next one. */
struct state_kept {
	const char *key;      /* under which it is recorded */
	const char *uid;      /* as the server gave it, or made from its header; "" if that is not known */
	const char *maildrop; /* of the UID; NULL: that is not known */
	const char *identity; /* in place, if it was found there; or "" */
	uint64_t octets;
	int64_t delivered;
	enum state_server server;
	bool doubt; /* it came with another size than the server gave (policy/evidence.h) */
	unsigned char sha256[DIGEST_SIZE];
	unsigned char header[DIGEST_SHORT];
};

/* Whether there is a file for this account. */
bool state_exists(const char *directory, const char *account);

/* Gives all messages that were delivered, but those lost ones that were fetched again. */
bool state_each_kept(struct state *s, void (*take)(void *context, const struct state_kept *kept), void *context,
    struct error *err);

/*
 * Notes that a message is not here any more: listed again, it counts as new. Of what was recorded, the
 * proof that it was here once remains. state_commit makes it last.
 */
bool state_lose(struct state *s, const char *key, int64_t now, struct error *err);

/* Forgets those lost ones that were fetched again, and gives their number; state_commit makes it last. */
bool state_forget_regained(struct state *s, int64_t *count, struct error *err);

/* The number of messages that are recorded. */
bool state_count(struct state *s, int64_t *count, struct error *err);

#endif
