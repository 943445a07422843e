#ifndef MAILHAUL_STATE_INTENT_H
#define MAILHAUL_STATE_INTENT_H

#include <stdbool.h>

struct error;
struct mbox_intent;
struct state;
struct state_record;

/*
 * Writes to stable storage what is about to be appended to an mbox: the place, and the records of the messages with
 * their extents. state_commit of the same records drops the intent.
 */
bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err);

/*
 * Gets the intent that a crash left. Its count is 0 if there is none. The caller frees both arrays, the UIDs and the
 * path.
 */
bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records, struct error *err);

/* Drops the intent without adding records. state_commit makes it permanent. */
bool state_drop_intent(struct state *s, struct error *err);

#endif
