#include "config.h"

#include "transfer/doubt.h"

#include "base/error.h"
#include "policy/evidence.h"
#include "policy/plan.h"
#include "state/record.h"
#include "state/sizes.h"

enum { HISTORY_MESSAGES = 500 }; /* earlier messages whose sizes show how the server counts */

_Static_assert(EVIDENCE_NO_SIZE == STATE_UNSIZED, "EVIDENCE_NO_SIZE and STATE_UNSIZED must be equal");

static struct evidence_sizes sizes_of(const struct state_record *record)
{
	return (struct evidence_sizes){
	    .listed = record->listed,
	    .said = record->said,
	    .sent = record->wire,
	    .wire = record->wire,
	    .lf = record->octets,
	    .dots = record->dots,
	    .empty = record->octets <= 2,
	    .foreign = record->doubt == STATE_DOUBT_CONTENT,
	};
}

static void take_one(void *context, const struct state_record *record)
{
	const struct evidence_sizes sizes = sizes_of(record);

	evidence_note(context, &sizes);
}

bool doubt_read_history(struct state *state, struct evidence *evidence, struct error *err)
{
	return state_each_size(state, HISTORY_MESSAGES, take_one, evidence, err);
}

static bool review(const struct evidence *evidence, struct state *state, struct plan_entry *e, struct error *err)
{
	struct state_record record;
	struct evidence_sizes sizes;
	bool found;

	if (!state_get_doubt(state, e->uid, &record, &found, err))
		return false;
	if (!found || record.listed == STATE_UNSIZED)
		return true;
	sizes = sizes_of(&record);
	if (evidence_judge(evidence, &sizes, sizes.wire, false) == EVIDENCE_WHOLE) {
		e->known.doubt = false;
		return state_set_doubt(state, e->uid, STATE_SURE, err);
	}
	if (record.doubt != STATE_DOUBT_FOUND)
		return true;
	/* Only its content can show whether the copy in the destination is complete. */
	e->known.doubt = e->known.delivered = false;
	e->outdated = true;
	return state_retry(state, e->uid, err);
}

bool doubt_review(struct state *state, struct plan *plan, struct error *err)
{
	struct evidence evidence = {0};

	if (!doubt_read_history(state, &evidence, err))
		return false;
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->entries[i].known.doubt && !review(&evidence, state, &plan->entries[i], err))
			return false;
	}
	return true;
}
