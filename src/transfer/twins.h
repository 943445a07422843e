#ifndef MAILHAUL_TRANSFER_TWINS_H
#define MAILHAUL_TRANSFER_TWINS_H

#include <stdbool.h>

struct error;
struct plan_entry;
struct run;
struct state_record;

/*
 * Compares the message that has arrived with those before it. If one of them has the same text but another size by
 * LIST, the one that does not have its size by LIST may be the answer to the other command. It is put in doubt: in
 * its record, in the batch or in the state. ERROR_STORAGE.
 */
bool twins_note(struct run *r, struct state_record *record, struct error *err);

/* Whether the message was put in doubt for that reason. */
bool twins_doubt(const struct run *r, const struct plan_entry *entry);

#endif
