#include "config.h"

#include "transfer/outdated.h"

#include <string.h>

#include "base/memory.h"
#include "policy/plan.h"
#include "state/record.h"
#include "state/sizes.h"
#include "transfer/run.h"

/* Reads the records once. */
static bool load(struct run *r, struct error *err)
{
	size_t count = 0;

	if (r->outdated)
		return true;
	for (size_t i = 0; i < r->plan->count; i++)
		count += r->plan->entries[i].outdated;
	r->outdated = memory_zeroed(count + 1, sizeof(*r->outdated));
	for (size_t i = 0; i < r->plan->count; i++) {
		const struct plan_entry *e = &r->plan->entries[i];
		struct state_record record;
		bool found;

		if (!e->outdated)
			continue;
		if (!state_get_doubt(r->t->state, e->uid, &record, &found, err))
			return false;
		if (!found)
			continue;
		r->outdated[r->outdated_count].entry = e;
		memcpy(r->outdated[r->outdated_count++].sha256, record.sha256, DIGEST_SIZE);
	}
	return true;
}

bool outdated_compare(struct run *r, const unsigned char sha256[DIGEST_SIZE], enum outdated_text *text,
    struct error *err)
{
	*text = OUTDATED_NONE;
	if (!load(r, err))
		return false;
	for (size_t i = 0; i < r->outdated_count && *text != OUTDATED_SAME; i++) {
		if (memcmp(r->outdated[i].sha256, sha256, DIGEST_SIZE) == 0)
			*text = r->outdated[i].entry == r->arrival.entry ? OUTDATED_SAME : OUTDATED_OTHER;
	}
	return true;
}
