#include "config.h"

#include "transfer/commit.h"

#include <stdlib.h>

#include "base/log.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "state/record.h"
#include "state/unfetched.h"
#include "transfer/batch.h"
#include "transfer/message.h"
#include "transfer/run.h"
#include "transfer/waiting.h"

/* Forgets why messages that have arrived had not been fetched before. */
static bool forget_notes(struct run *r, struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->batch.count && r->plan->broke + r->plan->fresh > 0; i++) {
		const struct plan_entry *e = r->batch.entries[i];
		char *key = e->broke || e->failed || e->fresh ? message_unfetched_key(e) : NULL;

		ok = !key || state_forget_unfetched(r->t->state, key, err);
		free(key);
	}
	return ok;
}

bool commit_batch(struct run *r, struct error *err)
{
	const struct transfer *t = r->t;
	bool ok;

	if (r->batch.count == 0)
		return true;
	*t->step = STEP_STORE;
	r->committing = true;
	if (!forget_notes(r, err))
		return false;
	session_read_ahead(t->session);
	ok = batch_commit(&r->batch, t->destination, t->state, err);
	session_end_ahead(t->session);
	if (!ok)
		return false;
	r->committing = false;
	for (size_t i = 0; i < r->batch.count; i++) {
		r->batch.entries[i]->stored = true;
		r->result->fetched++;
		r->result->fetched_octets += r->batch.entries[i]->octets;
		if (r->batch.records[i].doubt != STATE_SURE)
			waiting_keep(r, r->batch.entries[i], &r->batch.records[i]);
		else if (r->batch.entries[i]->decision.action == RETENTION_FETCH_AND_DELETE)
			r->deletions[r->deletion_count++] = r->batch.entries[i];
	}
	log_line(t->log, LOG_VERBOSE, "%zu message%s stored", r->batch.count, r->batch.count == 1 ? " is" : "s are");
	batch_clear(&r->batch);
	r->checks.verified = 0;
	*t->step = STEP_FETCH;
	return true;
}
