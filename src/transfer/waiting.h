#ifndef MAILHAUL_TRANSFER_WAITING_H
#define MAILHAUL_TRANSFER_WAITING_H

#include <stdbool.h>

struct error;
struct plan_entry;
struct run;
struct state_record;

/*
 * Keeps a message that is stored, but in doubt, for waiting_settle. A message that this session cannot settle stays
 * in doubt, and is reported if the reason is its size.
 */
void waiting_keep(struct run *r, struct plan_entry *e, const struct state_record *record);

/*
 * Judges the excused messages by all the others, after all messages have arrived. Complete ones may be deleted; the
 * others stay in doubt and are reported. Messages that may have been swapped may be deleted if those asked for
 * again came as before. state_commit makes it permanent. ERROR_STORAGE.
 */
bool waiting_settle(struct run *r, struct error *err);

#endif
