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

/* Messages that have arrived complete and are committed together. {0} is an empty batch. */
struct batch {
	struct plan_entry **entries;
	struct state_record *records;
	size_t count, capacity;
	uint64_t octets; /* sum over all messages */
	size_t most;	 /* messages that make the batch full; the next batch may be larger. 0: the initial limit */
	deadline until;	 /* when it is committed whatever its size */
	bool single;	 /* set by the caller: one message makes it full */
	bool failed;	 /* batch_commit failed because the destination did, so nothing is delivered */
};

/*
 * Adds a message of `octets`. The caller fills in the rest of the record except its UID. The pointer is valid until
 * the next call.
 */
struct state_record *batch_add(struct batch *b, struct plan_entry *entry, uint64_t octets);

/* Whether it is time to commit to this kind of destination. */
bool batch_is_full(const struct batch *b, const struct destination_ops *ops);

/*
 * Commits in the order that protects messages from loss: the intent (mbox), the synced and delivered messages, the
 * record. Only if it returns true may any of them be deleted on the server.
 */
bool batch_commit(struct batch *b, struct destination *d, struct state *state, struct error *err);

/*
 * Drops all messages but the first `count`, in the destination also. ERROR_STORAGE if it cannot; then no message of
 * the batch may be counted as stored.
 */
bool batch_keep(struct batch *b, struct destination *d, size_t count, struct error *err);

/* Empties the batch for reuse. */
void batch_clear(struct batch *b);
void batch_free(struct batch *b);

#endif
