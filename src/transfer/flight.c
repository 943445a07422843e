#include "config.h"

#include "transfer/flight.h"

#include <string.h>

#include "base/uid.h"
#include "deliver/destination.h"
#include "policy/plan.h"
#include "pop3/capability.h"
#include "pop3/session.h"
#include "state/record.h"
#include "transfer/run.h"

enum { NEIGHBORS_MOST = 4096 }; /* limit of messages that another one could be mistaken for */

bool flight_is_single(const struct run *r)
{
	return r->t->destination->ops->final || r->t->singly;
}

bool flight_is_checked(const struct run *r)
{
	return !r->checks.mute;
}

void flight_retrieve(struct run *r, struct plan_entry *e)
{
	session_queue(r->t->session, COMMAND_RETR, e->number);
	r->flight.order[r->flight.sent++] = e;
	r->flight.octets += e->octets;
	r->checks.messages++;
	r->checks.octets += e->octets;
}

bool flight_may_retrieve(const struct run *r)
{
	/* A message asked for again is requested alone, so that its answer cannot be another one's. */
	if (r->repeating && session_queued(r->t->session) > 0)
		return false;
	return !flight_is_single(r) || !flight_is_checked(r) ||
	    (r->checks.messages == 0 && r->checks.count < QUESTIONS_MOST);
}

bool flight_has_size(const struct run *r, const struct plan_entry *but, uint64_t octets)
{
	const struct flight *f = &r->flight;

	/* Among so many messages, one is assumed to have the size. */
	if (f->sent - f->proved > NEIGHBORS_MOST)
		return true;
	for (size_t i = f->proved; i < f->sent; i++) {
		if (f->order[i] != but && f->order[i]->octets == octets)
			return true;
	}
	return false;
}

bool flight_neighbor_has_size(const struct run *r, uint64_t octets)
{
	const struct flight *f = &r->flight;
	size_t this = f->arrived - 1;

	return (this > 0 && f->order[this - 1]->octets == octets) ||
	    (this + 1 < f->sent && f->order[this + 1]->octets == octets);
}

static bool is_exact(const struct state_record *record)
{
	return record->wire == record->listed && (record->said == STATE_UNSIZED || record->said == record->wire);
}

bool flight_is_unique(const struct run *r, size_t i)
{
	const struct state_record *record = &r->batch.records[i];

	return record->wire == record->listed && !flight_has_size(r, r->batch.entries[i], record->listed);
}

bool flight_is_identifiable(const struct run *r, const char *uid, bool identifying)
{
	return identifying && uid_is_given(uid) && session_capabilities(r->t->session)->top;
}

bool flight_has_its_header(const struct state_record *record)
{
	return uid_is_made_alone(record->uid) && record->own_header;
}

bool flight_has_other_header(const struct run *r)
{
	const struct arrival *a = &r->arrival;

	if (!*a->peeked || uid_has_header(a->entry->uid, a->peeked))
		return false;
	for (size_t i = 0; i < r->plan->count; i++) {
		if (uid_has_header(r->plan->entries[i].uid, a->peeked))
			return true;
	}
	return false;
}

size_t flight_keep_likely(struct run *r)
{
	size_t kept = r->checks.verified;

	for (; kept < r->batch.count; kept++) {
		struct state_record *record = &r->batch.records[kept];

		if (state_doubts_size(record->doubt) || (r->batch.entries[kept] == r->uncertain && !is_exact(record)))
			break;
		if (flight_is_unique(r, kept) || flight_has_its_header(record))
			continue;
		if (!flight_is_identifiable(r, record->uid, record->identifying))
			break;
		record->doubt = STATE_DOUBT_IDENTITY;
	}
	return kept;
}
