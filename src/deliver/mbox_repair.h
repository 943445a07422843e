#ifndef MAILHAUL_DELIVER_MBOX_REPAIR_H
#define MAILHAUL_DELIVER_MBOX_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

struct destination_matcher;
struct error;
struct mbox_file;
struct mbox_intent;

/*
 * Repairs a locked mbox after a run that died while it appended. Marks in *found (one entry per message of the intent)
 * the messages in the file, cuts off the remains of others, and syncs the file. See destination_ops.recover.
 */
bool mbox_repair(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err);

/* Only marks the messages in the file, which may be open for reading only. If there are any, it syncs the file. */
bool mbox_repair_look(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err);

#endif
