#ifndef MAILHAUL_STATE_STATE_ARCHIVE_H
#define MAILHAUL_STATE_STATE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;

/* Whether a delivered message is still on the server, as far as known. */
enum state_server {
	STATE_LISTED,
	STATE_GONE,
	STATE_AWAITED, /* lost (state_lose), and fetched again if it is still listed */
};

/* The record of a delivered message. Its pointers are valid until the next message. */
struct state_kept {
	const char *key;      /* the key of the record */
	const char *uid;      /* UID from the server, or made from the header; "" if unknown */
	const char *maildrop; /* the maildrop in which it was delivered; NULL if unknown */
	const char *placed;   /* its UID when it was delivered; "" if unknown */
	const char *identity; /* identity in the destination, if it was found there; or "" */
	uint64_t octets;
	int64_t delivered;
	enum state_server server;
	bool doubt;	/* its size differed from the server's (policy/evidence.h) */
	bool unclaimed; /* found with a name of another program, so it may be another account's */
	bool foreign;	/* another program may have delivered it (state/foreign), so its file may have any name */
	unsigned char sha256[DIGEST_SIZE];
	unsigned char bare[DIGEST_SIZE]; /* digest without the fields that mail programs write, if known, or sha256 */
	unsigned char header[DIGEST_SHORT];
};

/* Returns whether this account has a state file. */
bool state_exists(const char *directory, const char *account);

/* Passes all delivered messages to `take`, except lost ones that were fetched again. */
bool state_each_kept(struct state *s, void (*take)(void *context, const struct state_kept *kept), void *context,
    struct error *err);

/*
 * Passes to `take` under what names messages were delivered, in any order: maildrop (NULL if unknown) and UID, or the
 * identity in the destination ("" if unknown). A message of which an earlier version did not keep that is passed once
 * for each maildrop. It omits messages that are retrieved again (state_is_retried), as the destination may hold another
 * copy of those, and messages whose UID is another message's now.
 */
bool state_each_placed(struct state *s,
    void (*take)(void *context, const char *maildrop, const char *uid, const char *identity), void *context,
    struct error *err);

/*
 * Notes that a message is lost: if the server lists it again, it counts as new. The record keeps the proof that it was
 * delivered once. state_commit makes the change permanent.
 */
bool state_lose(struct state *s, const char *key, int64_t now, struct error *err);

/* Removes the lost messages that were fetched again, and gives their number. state_commit makes it permanent. */
bool state_forget_regained(struct state *s, int64_t *count, struct error *err);

/* Gives the number of recorded messages. */
bool state_count(struct state *s, int64_t *count, struct error *err);

#endif
