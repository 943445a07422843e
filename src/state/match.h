#ifndef MAILHAUL_STATE_MATCH_H
#define MAILHAUL_STATE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;
struct state_record;

/*
 * Notes that we have deleted a message from the server; not sure: DELE was taken, but QUIT's answer did
 * not come, so the next listing will tell. No listing has a UID of one session again: that message counts as missing then.
 */
bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err);

/*
 * Says whether the doubtful message is the one that was delivered: its header (NULL: take it for that
 * one) is the recorded one. If so, it is listed again, with this size, and its identity is not in doubt any more.
 */
bool state_confirm(struct state *s, const char *uid, uint64_t octets, const unsigned char *header, bool *same,
    struct error *err);

/* The UID is another message's now: what was recorded under it counts as missing. */
bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err);

/* A recorded message that was looked for. */
struct state_match {
	bool found;
	bool fits; /* its size is the one that LIST says */
	bool doubt; /* it is in doubt for its size */
	bool rewritten; /* a reader has changed the file since its delivery; it had the size that LIST says */
	int64_t delivered;
};

/*
 * Looks for a message with this header and size that is missing, and gives it the new UID. Each is
 * found once.
 */
bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now,
    const char *uid, struct state_match *match, struct error *err);

/*
 * The same for a message that has been retrieved: whatever its size by LIST, it is the one that was delivered if it is
 * that octet for octet.
 */
bool state_take_identical(struct state *s, const unsigned char header[DIGEST_SHORT], const unsigned char sha256[DIGEST_SIZE],
    uint64_t octets, int64_t now, const char *uid, struct state_match *match, struct error *err);

/* Whether messages of another maildrop are missing that may have moved here: not to one that was there before. */
bool state_misses_others(struct state *s, int64_t now, bool *any, struct error *err);

/*
 * Records a message that was found in place under the destination's identity; it counts as missing. Of
 * two with the same identity, the younger one has it, the other is known by its header alone. Where the file has been
 * changed since the delivery, `wire`, `listed` and `said` are the size that it had, with CRLF line ends; `said` is 0
 * otherwise.
 */
bool state_add_found(struct state *s, const char *identity, const struct state_record *record, int64_t now,
    struct error *err);

/* Whether there are such; and gives the one with this identity its UID. */
bool state_has_found(struct state *s, bool *any, struct error *err);
bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid, struct state_match *match,
    struct error *err);

/*
 * A message whose made UID is free because the one before it in the listing is gone: it was "UID#N"
 * when it was delivered.
 */
bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match, struct error *err);

#endif
