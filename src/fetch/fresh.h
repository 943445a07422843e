#ifndef MAILHAUL_FETCH_FRESH_H
#define MAILHAUL_FETCH_FRESH_H

#include <stddef.h>

struct plan;

/*
 * The UIDs of messages that an earlier session of this run found to be new. {0} is an empty set.
 *
 * Such a message was listed together with the others. If one of these is missing in the next session, because a server
 * deleted it without QUIT, the new message is not that one under a new UID, even if it has the same text.
 */
struct fresh {
	char **uids; /* sorted */
	size_t count;
};

/*
 * Replaces the set by the messages that a plan fetches. It stays as it is if there are none, and is empty if there are
 * more than 65,536.
 */
void fresh_note(struct fresh *f, const struct plan *plan);

/*
 * Sets `fresh` in each entry of a plan whose UID is in the set. If any entry is doubtful, answers may have been mixed up,
 * so that the text of a new message may have been delivered under another UID: then none is set.
 */
void fresh_mark(const struct fresh *f, struct plan *plan);

/* Empties the set. */
void fresh_clear(struct fresh *f);

#endif
