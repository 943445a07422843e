#ifndef MAILHAUL_STATE_MATCH_H
#define MAILHAUL_STATE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct state;
struct state_digests;
struct state_record;

/*
 * Notes that we deleted a message from the server. If not sure, DELE succeeded but QUIT got no reply, and the next
 * listing decides. A UID of one session is never listed again. If not sure, its message is therefore not marked, and
 * counts as missing.
 */
bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err);

/*
 * Sets *same to whether a doubtful message is the delivered one: its header (NULL: accept it) equals the recorded one.
 * If so, the message counts as listed again, with this size, and its identity is no longer in doubt.
 */
bool state_confirm(struct state *s, const char *uid, uint64_t octets, const unsigned char *header, bool *same,
    struct error *err);

/* Notes that the UID is another message's now. The message recorded under it counts as missing. */
bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err);

/* The result of a search for a recorded message. */
struct state_match {
	bool found;
	bool fits;	/* its size is the one in LIST */
	bool doubt;	/* it is in doubt, so it stays on the server (state_is_held) */
	bool foreign;	/* its content was not compared with the server's (state/foreign) */
	bool changed;	/* the file was changed after delivery */
	bool rewritten; /* the same, and it had the size in LIST before */
	int64_t delivered;
};

/* Looks for a missing message with this header and size, and gives it the new UID. Each message is found once. */
bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now,
    const char *uid, struct state_match *match, struct error *err);

/*
 * Looks for a missing message with the content of a retrieved one, and gives it the new UID. The same content, apart from
 * fields that mail programs write, counts even if the size in LIST differs.
 */
bool state_take_identical(struct state *s, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, int64_t now, const char *uid, struct state_match *match,
    struct error *err);

/*
 * Sets *any to whether messages of another maildrop are missing that may have moved to the current one. A maildrop
 * that was entered before cannot have them.
 */
bool state_misses_others(struct state *s, int64_t now, bool *any, struct error *err);

/*
 * Records a message that was found in the destination under this identity. It counts as missing. If two messages have
 * the same identity, the newer one keeps it, and the older one is known only by its header. If the file was changed
 * after delivery, `wire`, `listed` and `said` are its original size, with CRLF line ends; otherwise `said` is 0.
 */
bool state_add_found(struct state *s, const char *identity, const struct state_record *record, int64_t now,
    struct error *err);

/*
 * The same for a message that another program may have delivered. It gets its UID only by its complete header, together
 * with its size or its content, and does not count as a message of the account until then.
 */
bool state_add_found_any(struct state *s, const struct state_record *record, int64_t now, struct error *err);

/*
 * state_has_found sets *any to whether such messages are recorded. state_take_found gives the one with this identity
 * its UID.
 */
bool state_has_found(struct state *s, bool *any, struct error *err);
bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid,
    struct state_match *match, struct error *err);

/*
 * Looks for a message that was "UID#N" when it was delivered, and gives it the made UID without the number. That UID
 * is free because the message before it in the listing is gone.
 */
bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match,
    struct error *err);

#endif
