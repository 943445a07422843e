#ifndef MAILHAUL_TRANSFER_DOUBT_H
#define MAILHAUL_TRANSFER_DOUBT_H

#include <stdbool.h>

struct error;
struct evidence;
struct plan;
struct state;

/* Adds the sizes of messages that were delivered before to the evidence (policy/evidence.h). ERROR_STORAGE. */
bool doubt_read_history(struct state *state, struct evidence *evidence, struct error *err);

/*
 * Judges again the messages of the plan that were delivered in doubt, because more may be known by now of how the
 * server counts octets. Messages found to be complete are recorded as such; state_commit makes that permanent. Messages
 * that were found in the destination (STATE_DOUBT_FOUND), and still are in doubt, become outdated (transfer/outdated).
 * ERROR_STORAGE.
 */
bool doubt_review(struct state *state, struct plan *plan, struct error *err);

#endif
