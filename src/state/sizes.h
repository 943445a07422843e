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

/* Gets the sizes and the digest of a message in doubt because of its size. *found is false if it is not in doubt. */
bool state_get_doubt(struct state *s, const char *uid, struct state_record *record, bool *found, struct error *err);

/* Sets the sizes that the server gives for a delivered, listed message. state_commit makes it permanent. */
bool state_set_sizes(struct state *s, const char *uid, uint64_t listed, uint64_t said, enum state_doubt doubt,
    struct error *err);

/* Sets the doubt about a delivered message. state_commit makes it permanent. */
bool state_set_doubt(struct state *s, const char *uid, enum state_doubt doubt, struct error *err);

#endif
