#ifndef MAILHAUL_STATE_SIZES_H
#define MAILHAUL_STATE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/record.h"

struct error;
struct state;

/* Passes the sizes of the last `most` delivered messages of this maildrop to `take`, for policy/evidence. */
bool state_each_size(struct state *s, size_t most, void (*take)(void *context, const struct state_record *record),
    void *context, struct error *err);

/*
 * Gets the sizes and the digests of a message that is retrieved again if its size changes (state_is_retried). *found is
 * false if it is not in such a doubt. `listed` is STATE_UNSIZED if state_retry was called.
 */
bool state_get_doubt(struct state *s, const char *uid, struct state_record *record, bool *found, struct error *err);

/* Sets the sizes that the server gives for a delivered, listed message. state_commit makes it permanent. */
bool state_set_sizes(struct state *s, const char *uid, uint64_t listed, uint64_t said, enum state_doubt doubt,
    struct error *err);

/* The same for a message that was retrieved again and has its recorded text: all its sizes, and the doubt. */
bool state_set_retried(struct state *s, const struct state_record *record, struct error *err);

/*
 * Has a listed message retrieved again, whatever size the server gives. Then its text is compared with the delivered one.
 * A message that is not in doubt because of its size counts as found (STATE_DOUBT_FOUND). state_commit makes it permanent.
 */
bool state_retry(struct state *s, const char *key, struct error *err);

/*
 * state_count_retries counts the messages in doubt because of their sizes that state_retry names and that no run has
 * retrieved since. state_forget_retries forgets those that the server does not list.
 */
bool state_count_retries(struct state *s, int64_t *count, struct error *err);
bool state_forget_retries(struct state *s, struct error *err);

/* Sets the doubt about a delivered message. state_commit makes it permanent. */
bool state_set_doubt(struct state *s, const char *uid, enum state_doubt doubt, struct error *err);

#endif
