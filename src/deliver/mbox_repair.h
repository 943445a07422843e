#ifndef MAILHAUL_DELIVER_MBOX_REPAIR_H
#define MAILHAUL_DELIVER_MBOX_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

struct destination_matcher;
struct error;
struct mbox_file;
struct mbox_intent;

/*
 * After a run that died while it appended to a locked mbox: marks in *found (one for each message of the intent) what is
 * there, cuts away the rest of it, and syncs what is left. See destination_ops.recover.
 */
bool mbox_repair(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err);

#endif
