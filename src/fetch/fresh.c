#include "config.h"

#include "fetch/fresh.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/uid.h"
#include "fetch/listing.h"
#include "policy/plan.h"

enum { FRESH_MOST = 65536 }; /* number of messages that are remembered; a larger set is not worth its memory */

/* A number is the UID of another message as soon as an earlier one is deleted. */
static bool is_fresh(const struct plan_entry *e)
{
	return (e->decision.action == RETENTION_FETCH || e->decision.action == RETENTION_FETCH_AND_DELETE) &&
	    uid_is_given(e->uid) && !listing_is_number(e->uid, e->number);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void fresh_note(struct fresh *f, const struct plan *plan)
{
	if (plan->summary.fetch == 0)
		return;
	fresh_clear(f);
	if (plan->summary.fetch > FRESH_MOST)
		return;
	f->uids = memory_zeroed(plan->summary.fetch, sizeof(*f->uids));
	for (size_t i = 0; i < plan->count && f->count < plan->summary.fetch; i++) {
		if (is_fresh(&plan->entries[i]))
			f->uids[f->count++] = memory_copy_string(plan->entries[i].uid);
	}
	if (f->count > 0)
		qsort(f->uids, f->count, sizeof(*f->uids), by_text);
}

void fresh_mark(const struct fresh *f, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->entries[i].doubtful)
			return;
	}
	for (size_t i = 0; i < plan->count && f->count > 0; i++) {
		struct plan_entry *e = &plan->entries[i];

		e->fresh = bsearch(&e->uid, f->uids, f->count, sizeof(*f->uids), by_text) != NULL;
	}
}

void fresh_clear(struct fresh *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->uids[i]);
	free(f->uids);
	*f = (struct fresh){0};
}
