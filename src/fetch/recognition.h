#ifndef MAILHAUL_FETCH_RECOGNITION_H
#define MAILHAUL_FETCH_RECOGNITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct destination;
struct log;
struct plan;
struct session;
struct state;
struct top_broken;

/* The arguments of recognize; all of them belong to the caller. */
struct recognition {
	struct state *state;
	struct session *session;
	const struct destination *destination; /* NULL in a dry run */
	struct plan *plan;		       /* in the order of the listing */
	/* Digests of the headers from which UIDs were made, by entry of the plan; NULL: the server gave all UIDs. */
	const unsigned char (*made_of)[DIGEST_SHORT];
	size_t missing;	      /* known messages that are not listed */
	uint64_t max_octets;  /* of a message that is retrieved; 0: no limit */
	bool other;	      /* the maildrop is another one than before; without TOP that is an ERROR_CONFIG */
	bool moved;	      /* no listed message is known for certain, so all may have new UIDs */
	bool searched;	      /* set by recognize: messages found in the destination still have no UID */
	bool foreign;	      /* the state has messages that another program may have delivered (state/foreign) */
	bool deletes;	      /* known messages may be deleted, so those of `foreign` have to be compared */
	bool header_required; /* only the header can identify a message, so a message without one is left alone */
	const struct top_broken *broken; /* messages to leave alone, or NULL */
	int64_t now;			 /* seconds since the epoch */
	const struct log *log;
};

#endif
