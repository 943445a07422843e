#ifndef MAILHAUL_STATE_INTENT_H
#define MAILHAUL_STATE_INTENT_H

#include <stdbool.h>

struct error;
struct mbox_intent;
struct state;
struct state_record;

/*
 * Puts on stable storage what is about to be appended to an mbox: where, and the records of the
 * messages with their extent. state_commit of the same records drops it again.
 */
bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err);

/* The intent that a crash has left; *count 0 if there is none. The caller frees both arrays and uids. */
bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records,
    struct error *err);

/* Drops the intent and adds nothing; state_commit makes it last. */
bool state_drop_intent(struct state *s, struct error *err);

#endif
