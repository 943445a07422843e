#ifndef MAILHAUL_TRANSFER_WAITING_H
#define MAILHAUL_TRANSFER_WAITING_H

#include <stdbool.h>

struct error;
struct plan_entry;
struct run;
struct state_record;

/*
 * Keeps a message that is safe now, and in doubt, for waiting_settle. One that this session cannot settle stays in doubt,
 * and is reported if that is for its size.
 */
void waiting_keep(struct run *r, struct plan_entry *e, const struct state_record *record);

/*
 * When all messages are here: judges the excused ones by all the others. Those that are whole may be deleted; the
 * others stay in doubt and are reported. So may those that could have been taken for each other: what was asked for
 * again came as it had come before. state_commit makes it last. ERROR_STORAGE.
 */
bool waiting_settle(struct run *r, struct error *err);

#endif
