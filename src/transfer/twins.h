#ifndef MAILHAUL_TRANSFER_TWINS_H
#define MAILHAUL_TRANSFER_TWINS_H

#include <stdbool.h>

struct error;
struct plan_entry;
struct run;
struct state_record;

/*
 * Holds the message that has come against those before it. If one of them has the same text, and LIST another size for
 * it, what does not have its size by LIST is perhaps the answer to the other command: it is put in doubt, in its record,
 * in the batch or in the state. ERROR_STORAGE.
 */
bool twins_note(struct run *r, struct state_record *record, struct error *err);

/* Whether it was put in doubt for that. */
bool twins_doubt(const struct run *r, const struct plan_entry *entry);

#endif
