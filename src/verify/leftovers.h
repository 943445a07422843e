#ifndef MAILHAUL_VERIFY_LEFTOVERS_H
#define MAILHAUL_VERIFY_LEFTOVERS_H

#include <stddef.h>

struct copies;
struct copies_key;
struct copy;

/*
 * Passes to take each copy that no record has taken: files of the account in a Maildir and, because an mbox also
 * contains messages of others, copies of recorded messages in an mbox. `record` is the key of the record of the same
 * message, one of `records`, or NULL. Sorts records.
 */
void leftovers_each(const struct copies *c, const struct copies_key **records, size_t count,
    void (*take)(void *context, const struct copy *copy, const struct copies_key *record), void *context);

#endif
