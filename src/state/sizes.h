#ifndef MAILHAUL_STATE_SIZES_H
#define MAILHAUL_STATE_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/record.h"

struct error;
struct state;

/* What came of messages of this maildrop, for policy/evidence: the sizes of the last `most` that were delivered. */
bool state_each_size(struct state *s, size_t most, void (*take)(void *context, const struct state_record *record),
    void *context, struct error *err);

/* Sizes and digest of one message that is in doubt for its size; *found is false if it is not. */
bool state_get_doubt(struct state *s, const char *uid, struct state_record *record, bool *found, struct error *err);

/* The sizes that the server gives for a delivered message that it lists; state_commit makes it last. */
bool state_set_sizes(struct state *s, const char *uid, uint64_t listed, uint64_t said, enum state_doubt doubt,
    struct error *err);

/* What is doubtful of a delivered message from now on; state_commit makes it last. */
bool state_set_doubt(struct state *s, const char *uid, enum state_doubt doubt, struct error *err);

#endif
