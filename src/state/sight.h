#ifndef MAILHAUL_STATE_SIGHT_H
#define MAILHAUL_STATE_SIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;

/*
 * Whether a message of this size is missing, so that state_take_renumbered may find it: what would have to be retrieved
 * for its header is left alone otherwise.
 */
bool state_misses_size(struct state *s, uint64_t octets, int64_t now, bool *any, struct error *err);

/* What is recorded of a message, held against a header and a size that the server gives. Nothing is changed. */
struct state_sight {
	bool found; /* there is one with this header */
	bool fits;  /* the size is that of one that was looked at */
	bool doubt; /* which is in doubt for its size */
	bool identical; /* it is the same, octet for octet */
	bool deleted;	/* by UID: we have deleted it, as QUIT's answer says; */
	bool lately;	/* and no run has listed the maildrop since */
};

/* Of the message with this UID, and of those with this header that are missing. sha256: of one that was retrieved, or NULL. */
bool state_see_uid(struct state *s, const char *uid, const unsigned char header[DIGEST_SHORT], const unsigned char *sha256,
    uint64_t octets, struct state_sight *sight, struct error *err);
bool state_see_header(struct state *s, const unsigned char header[DIGEST_SHORT], const unsigned char *sha256, uint64_t octets,
    int64_t now, struct state_sight *sight, struct error *err);

#endif
