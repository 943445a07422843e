#include "config.h"

#include "fetch/fresh.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/uid.h"
#include "fetch/listing.h"
#include "policy/plan.h"
#include "state/state.h"
#include "state/unfetched.h"

/* A number is the UID of another message as soon as an earlier one is deleted. */
static bool is_new(const struct plan_entry *e)
{
	return !e->known.delivered && !e->stored && !e->unsure && !e->guessed && !e->doubtful && uid_is_given(e->uid) &&
	    !listing_is_number(e->uid, e->number);
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *first = a, *second = b;

	return (*first > *second) - (*first < *second);
}

/* Collects the sizes of the delivered messages, sorted. The caller frees them. */
static uint64_t *delivered_sizes(const struct plan *plan, size_t *count)
{
	uint64_t *sizes = memory_zeroed(plan->count, sizeof(*sizes));

	*count = 0;
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *e = &plan->entries[i];

		if (e->known.delivered || e->stored)
			sizes[(*count)++] = e->octets;
	}
	qsort(sizes, *count, sizeof(*sizes), by_size);
	return sizes;
}

static bool note_all(const struct plan *plan, struct state *state, int64_t now, struct error *err)
{
	size_t count, noted = 0;
	uint64_t *sizes = delivered_sizes(plan, &count);
	bool ok = true;

	for (size_t i = 0; ok && i < plan->count; i++) {
		const struct plan_entry *e = &plan->entries[i];

		if (e->fresh || !is_new(e) || !bsearch(&e->octets, sizes, count, sizeof(*sizes), by_size))
			continue;
		ok = state_note_new(state, e->uid, e->octets, now, err);
		noted++;
	}
	free(sizes);
	return ok && (noted == 0 || state_commit(state, err));
}

bool fresh_note(const struct plan *plan, struct state *state, int64_t now, struct error *err)
{
	bool any = false;

	for (size_t i = 0; i < plan->count && !any; i++)
		any = !plan->entries[i].fresh && is_new(&plan->entries[i]);
	return !any || note_all(plan, state, now, err);
}

void fresh_mark(struct plan *plan)
{
	bool doubtful = false;

	for (size_t i = 0; i < plan->count; i++)
		doubtful |= plan->entries[i].doubtful;
	for (size_t i = 0; i < plan->count && doubtful; i++)
		plan->entries[i].fresh = false;
	plan->fresh = doubtful ? 0 : plan->fresh;
}
