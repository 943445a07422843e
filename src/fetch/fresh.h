#ifndef MAILHAUL_FETCH_FRESH_H
#define MAILHAUL_FETCH_FRESH_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct plan;
struct state;

/*
 * New messages that a session found but did not fetch. Such a message was listed together with the delivered ones. If
 * one of these is missing in a later session, the new message is not that one under a new UID, even if it has the same
 * text.
 */

/*
 * Records the new messages that are still on the server, if a delivered message in the listing has the same size. Commits
 * the state if there are any.
 */
bool fresh_note(const struct plan *plan, struct state *state, int64_t now, struct error *err);

/*
 * If any entry is doubtful, answers may have been mixed up, so that the text of a new message may have been delivered
 * under another UID. No entry is then taken as recorded by fresh_note.
 */
void fresh_mark(struct plan *plan);

#endif
