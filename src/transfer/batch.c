#include "config.h"

#include "transfer/batch.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"
#include "policy/plan.h"
#include "state/intent.h"
#include "state/match.h"
#include "state/record.h"
#include "state/state.h"

enum {
	/* small, so that messages are safe soon; each batch may be twice as large as the one before */
	MESSAGES_FIRST = 128,
	MESSAGES_MOST = 1024,
	OCTETS_MOST = 16 * 1024 * 1024,
	SECONDS_MOST = 5,
};

struct state_record *batch_add(struct batch *b, struct plan_entry *entry, uint64_t octets)
{
	if (b->count == b->capacity) {
		b->capacity = b->capacity ? b->capacity * 2 : MESSAGES_FIRST;
		b->entries = memory_resize(b->entries, b->capacity, sizeof(*b->entries));
		b->records = memory_resize(b->records, b->capacity, sizeof(*b->records));
	}
	if (b->count == 0)
		b->until = deadline_in(SECONDS_MOST);
	b->entries[b->count] = entry;
	b->records[b->count] = (struct state_record){.uid = entry->uid, .octets = octets};
	b->octets += octets;
	return &b->records[b->count++];
}

bool batch_is_full(const struct batch *b, const struct destination_ops *ops)
{
	size_t most = b->most > 0 ? b->most : MESSAGES_FIRST;
	uint64_t octets_most = ops->batch_octets > 0 ? ops->batch_octets : OCTETS_MOST;

	if (ops->final || b->single)
		most = 1;
	return b->count >= most || b->octets >= octets_most || deadline_left(b->until) == 0;
}

/*
 * A message that was delivered in doubt has come again. If the new text may belong to another message, the record of the
 * text that was delivered must not be lost.
 */
static bool keep_replaced(const struct plan_entry *e, const struct state_record *record, struct state *state,
    struct error *err)
{
	return !e->outdated || record->doubt != STATE_DOUBT_IDENTITY ||
	    state_displace(state, record->uid, record->delivered, err);
}

bool batch_commit(struct batch *b, struct destination *d, struct state *state, struct error *err)
{
	const struct mbox_intent *intent = NULL;

	if (d->ops->prepare && !d->ops->prepare(d, &intent, err))
		return false;
	if (intent && intent->count != b->count) {
		error_set(err, ERROR_STORAGE, "the received messages could not be stored");
		return error_hint(err, "check the disk; the next run fetches them again");
	}
	if (intent && !state_set_intent(state, intent, b->records, err))
		return false;
	b->failed = !d->ops->commit(d, err);
	if (b->failed)
		return false;
	for (size_t i = 0; i < b->count; i++) {
		if (!keep_replaced(b->entries[i], &b->records[i], state, err) || !state_add(state, &b->records[i], err))
			return false;
	}
	return (!intent || state_drop_intent(state, err)) && state_commit(state, err);
}

bool batch_keep(struct batch *b, struct destination *d, size_t count, struct error *err)
{
	if (count >= b->count)
		return true;
	b->count = count;
	if (d->ops->keep)
		return d->ops->keep(d, count, err);
	b->count = 0;
	d->ops->rollback(d);
	return true;
}

void batch_clear(struct batch *b)
{
	b->count = 0;
	b->octets = 0;
	b->most = b->most > 0 ? b->most * 2 : 2 * MESSAGES_FIRST;
	b->most = b->most < MESSAGES_MOST ? b->most : MESSAGES_MOST;
}

void batch_free(struct batch *b)
{
	free(b->entries);
	free(b->records);
	*b = (struct batch){0};
}
