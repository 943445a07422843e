#ifndef MAILHAUL_TRANSFER_DOUBT_H
#define MAILHAUL_TRANSFER_DOUBT_H

#include <stdbool.h>

struct error;
struct evidence;
struct plan;
struct state;

/*
 * Adds the sizes of messages that were delivered before to the evidence (policy/evidence.h). ERROR_STORAGE.
 */
bool doubt_read_history(struct state *state, struct evidence *evidence, struct error *err);

/*
 * Judges the messages of the plan again that were delivered in doubt: by now more may be known of how the server
 * counts. Those that are whole after all are recorded as such; state_commit makes it last. ERROR_STORAGE.
 */
bool doubt_review(struct state *state, struct plan *plan, struct error *err);

#endif
