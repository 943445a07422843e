#include "config.h"

#include "transfer/refusal.h"

#include <stdlib.h>

#include "base/error.h"
#include "config/account.h"
#include "policy/plan.h"
#include "policy/refusals.h"
#include "state/state.h"
#include "state/unfetched.h"
#include "transfer/message.h"
#include "transfer/run.h"

/* Makes the note permanent at once, because the session may still fail. */
static bool note(struct run *r, enum state_unfetched kind, uint64_t value, struct error *err)
{
	char *key = message_unfetched_key(r->arrival.entry);
	bool ok = state_note_unfetched(r->t->state, key, kind, value, r->t->now, err) && state_commit(r->t->state, err);

	free(key);
	return ok;
}

/* Counts a refusal for good. The last one is reported as such, because later runs are silent about the message. */
static bool count(struct run *r, struct error *refused, struct error *err)
{
	const struct account *a = r->t->account;
	uint64_t refusals = refusals_add(r->arrival.entry->known.refusals, a->retention.command, r->t->began);
	unsigned times = refusals_count(refusals, a->retention.command);

	if (times < REFUSALS_MOST)
		error_hint(refused, "it stays on the server; the next run tries again (refusal %u of %d)", times,
		    REFUSALS_MOST);
	else
		error_hint(refused,
		    "it stays on the server and is no longer tried; when the command accepts it, run: "
		    "mailhaul fetch --retry-refused %s",
		    a->name);
	return note(r, STATE_UNFETCHED_REFUSED, refusals, err);
}

bool refusal_take(struct run *r, enum destination_result result, struct error *err)
{
	const struct plan_entry *e = r->arrival.entry;
	struct error refused = *err;
	unsigned times = refusals_count(e->known.refusals, r->t->account->retention.command);
	bool counted = times > 0 && times < REFUSALS_MOST, noted;

	r->result->not_taken++;
	message_name_refused(r, &refused);
	if (!refused.temporary)
		noted = count(r, &refused, err);
	else /* it is tried after all others, without being counted, and is no longer set aside */
		noted = counted || note(r, STATE_UNFETCHED_FAILED, (uint64_t)r->t->now * 1000, err);
	if (!noted)
		return false;
	if (result == DESTINATION_LATE && r->late) {
		/* The command seems to be slow for every message. */
		*err = refused;
		r->named = true;
		return false;
	}
	r->late |= result == DESTINATION_LATE;
	r->t->problem(r->t->context, TRANSFER_NOT_TAKEN, STEP_STORE, &refused);
	return true;
}
