#ifndef MAILHAUL_TRANSFER_BATCH_H
#define MAILHAUL_TRANSFER_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/deadline.h"

struct destination;
struct destination_ops;
struct error;
struct plan_entry;
struct state;
struct state_record;

/* Messages that have arrived whole and are made safe together. {0} is an empty one. */
struct batch {
	struct plan_entry **entries;
	struct state_record *records;
	size_t count, capacity;
	uint64_t octets; /* of all of them */
	size_t most;	/* messages until it is full; the next one may have more. 0: as many as the first */
	deadline until; /* when it is committed whatever its size */
};

/* Adds a message of so many octets; the caller fills in the rest of the record but for its UID. It lives until the next call. */
struct state_record *batch_add(struct batch *b, struct plan_entry *entry, uint64_t octets);

/* Whether it is time to commit to this kind of destination. */
bool batch_is_full(const struct batch *b, const struct destination_ops *ops);

/*
 * The order that keeps the first promise: the intent (mbox), the messages synced and in place, the
 * record. Only when it returns true may any of them be deleted on the server.
 */
bool batch_commit(const struct batch *b, struct destination *d, struct state *state, struct error *err);

/*
 * Drops all messages but the first `count`, from the destination as well. ERROR_STORAGE when it cannot; then nothing
 * of the batch may count.
 */
bool batch_keep(struct batch *b, struct destination *d, size_t count, struct error *err);

/* Empties it, for the next one. */
void batch_clear(struct batch *b);
void batch_free(struct batch *b);

#endif
