#include "config.h"

#include "transfer/waiting.h"

#include "base/memory.h"
#include "policy/evidence.h"
#include "policy/plan.h"
#include "state/record.h"
#include "state/sizes.h"
#include "state/state.h"
#include "transfer/message.h"
#include "transfer/run.h"
#include "transfer/twins.h"

void waiting_keep(struct run *r, struct plan_entry *e, const struct state_record *record)
{
	const struct evidence_sizes sizes = {
	    .listed = record->listed,
	    .said = record->said,
	    .sent = record->wire,
	    .wire = record->wire,
	    .lf = record->lf,
	    .dots = record->dots,
	    .fields = record->fields,
	};

	if ((!record->excused && !record->held) || twins_doubt(r, e)) {
		if (state_doubts_size(record->doubt))
			message_report_doubt(r, e, &sizes);
		return;
	}
	if (r->waiting_count == r->waiting_capacity) {
		r->waiting_capacity = r->waiting_capacity ? r->waiting_capacity * 2 : 64;
		r->waiting = memory_resize(r->waiting, r->waiting_capacity, sizeof(*r->waiting));
	}
	r->waiting[r->waiting_count++] = (struct waiting){e, sizes, record->excused};
}

bool waiting_settle(struct run *r, struct error *err)
{
	size_t count = r->waiting_count;

	r->waiting_count = r->held = 0;
	for (size_t i = 0; i < count; i++) {
		const struct waiting *w = &r->waiting[i];
		bool whole =
		    !w->excused || evidence_judge(&r->evidence, &w->sizes, w->sizes.wire, false) == EVIDENCE_WHOLE;

		if (!state_set_doubt(r->t->state, w->entry->uid, whole ? STATE_SURE : STATE_DOUBT_SIZE, err))
			return false;
		if (!whole)
			message_report_doubt(r, w->entry, &w->sizes);
		else if (w->entry->decision.action == RETENTION_FETCH_AND_DELETE)
			r->deletions[r->deletion_count++] = w->entry;
	}
	return count == 0 || state_commit(r->t->state, err);
}
