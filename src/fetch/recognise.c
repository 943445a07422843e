#include "config.h"

#include "fetch/recognise.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "fetch/top.h"
#include "policy/plan.h"
#include "store/destination.h"
#include "store/state.h"

static void mark(struct plan_entry *e, int64_t when)
{
	e->known.delivered = true;
	e->known.when = when;
	e->doubtful = false;
}

/* By the names that were found in place. */
static bool take_found(const struct recognition *r, struct error *err)
{
	const struct destination *d = r->destination;
	char identity[DESTINATION_IDENTITY];
	struct state_match match;
	size_t taken = 0;
	bool any;

	if (!state_has_found(r->state, &any, err))
		return false;
	if (!any || !d || !d->ops->identity)
		return true;
	for (size_t i = 0; i < r->plan->count; i++) {
		struct plan_entry *e = &r->plan->entries[i];

		if (e->known.delivered || e->doubtful)
			continue;
		d->ops->identity(d, e->uid, identity);
		if (!state_take_found(r->state, identity, e->uid, &match, err))
			return false;
		if (!match.found)
			continue;
		mark(e, match.delivered);
		taken++;
		/* The same UID with another size may be another message's. */
		if (e->uid[0] != ' ' && match.listed != e->octets) {
			e->known.delivered = false;
			e->doubtful = true;
			e->likely = false;
		}
	}
	log_line(r->log, LOG_VERBOSE, "%zu messages were in place already", taken);
	return true;
}

static bool refuse(uint32_t number, struct error *err)
{
	error_set(err, ERROR_CONFIG,
	    "the account has been pointed to another maildrop, and the server gives no header (TOP) of message %" PRIu32
	    " that would tell whether it was fetched from the one before",
	    number);
	return error_mend(err, "give the other maildrop an account of its own");
}

/* The UID is known: is it the same message? */
static bool settle_doubt(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    struct error *err)
{
	bool same = false;

	if ((top->known || e->likely) &&
	    !state_confirm(r->state, e->uid, e->octets, top->known ? top->header : NULL, &same, err))
		return false;
	e->doubtful = false;
	e->known.delivered = same;
	if (same)
		return true;
	log_line(r->log, LOG_VERBOSE, "message %" PRIu32 " has the UID of another one that was fetched before", e->number);
	return state_displace(r->state, e->uid, r->now, err);
}

/* The UID is not known: is it the new one of a message that is missing? */
static bool match_missing(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    size_t *matched, struct error *err)
{
	struct state_match match;

	if (!top->known && r->must)
		return refuse(e->number, err);
	if (!top->known || !top->telling)
		return true;
	if (!state_take_renumbered(r->state, top->header, e->octets, r->now, e->uid, &match, err))
		return false;
	if (match.found) {
		mark(e, match.delivered);
		*matched += 1;
	}
	return true;
}

/* First those with a UID that is theirs, then those that may have changed it. */
static bool settle_all(const struct recognition *r, struct plan_entry *const *entries, const struct top_identity *tops,
    size_t count, struct error *err)
{
	size_t matched = 0;

	for (size_t i = 0; i < count; i++) {
		if (entries[i]->doubtful && !settle_doubt(r, entries[i], &tops[i], err))
			return false;
	}
	for (size_t i = 0; i < count && r->missing > 0; i++) {
		if (!entries[i]->known.delivered && !match_missing(r, entries[i], &tops[i], &matched, err))
			return false;
	}
	if (matched > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were delivered under another UID", matched);
	return true;
}

bool recognise(const struct recognition *r, struct error *err)
{
	struct plan_entry **entries;
	struct top_identity *tops;
	uint32_t *numbers;
	size_t count = 0;
	bool ok;

	if (!take_found(r, err))
		return false;
	entries = memory_zeroed(r->plan->count, sizeof(*entries));
	for (size_t i = 0; i < r->plan->count; i++) {
		struct plan_entry *e = &r->plan->entries[i];

		if (e->doubtful || (r->missing > 0 && !e->known.delivered))
			entries[count++] = e;
	}
	tops = memory_zeroed(count, sizeof(*tops));
	numbers = memory_zeroed(count, sizeof(*numbers));
	for (size_t i = 0; i < count; i++)
		numbers[i] = entries[i]->number;
	if (count > 0)
		log_line(r->log, LOG_VERBOSE, "%zu known messages are missing: looking at the headers of %zu others", r->missing,
		    count);
	ok = top_identify(r->session, numbers, count, false, tops, err) && settle_all(r, entries, tops, count, err);
	free(entries);
	free(tops);
	free(numbers);
	return ok;
}
