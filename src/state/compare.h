#ifndef MAILHAUL_STATE_COMPARE_H
#define MAILHAUL_STATE_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;
struct state_digests;

/*
 * Sets *any to whether a message of this size is missing, so that state_take_renumbered may find it. Otherwise no
 * message needs to be retrieved for its header.
 */
bool state_misses_size(struct state *s, uint64_t octets, int64_t now, bool *any, struct error *err);

/* The result of comparing recorded messages with a header and a size from the server. The state does not change. */
struct state_comparison {
	bool found;	/* a recorded message has this header */
	bool fits;	/* the size is that of a compared message */
	bool doubt;	/* a message of this size is in doubt because of its size */
	bool identical; /* a message has the same content, apart from fields that mail programs write */
	bool deleted;	/* by UID: we deleted it, and the reply to QUIT confirmed that */
	bool lately;	/* we deleted it, and no run has listed the maildrop since */
};

/*
 * Compares the message with this UID, or the missing messages with this header. digests are those of a retrieved
 * message, or NULL.
 */
bool state_compare_uid(struct state *s, const char *uid, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, struct state_comparison *result, struct error *err);
bool state_compare_header(struct state *s, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, int64_t now, struct state_comparison *result,
    struct error *err);

#endif
