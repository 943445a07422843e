#include "config.h"

#include "fetch/recognise.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "fetch/listing.h"
#include "fetch/top.h"
#include "fetch/top_order.h"
#include "policy/plan.h"
#include "store/destination.h"
#include "store/state.h"

/* A message that was delivered in doubt, or that is in place with another size than the server gives, stays in doubt. */
static bool put_in_doubt(const struct recognition *r, struct plan_entry *e, bool is_recorded, struct error *err)
{
	r->plan->doubts += !e->known.doubt;
	e->known.doubt = true;
	/* What was found in place is recorded as if it had been listed with its own size. */
	return is_recorded || state_set_sizes(r->state, e->uid, e->octets, STATE_UNSIZED, STATE_DOUBT_SIZE, err);
}

/* By the names that were found in place, or by a place in the listing that another one has left. */
static bool take_by_name(const struct recognition *r, struct plan_entry *e, bool any_found, size_t *taken, struct error *err)
{
	const struct destination *d = r->destination;
	struct state_match match = {0};
	char identity[DESTINATION_IDENTITY];

	if (any_found && d && d->ops->identity) {
		d->ops->identity(d, NULL, e->uid, identity);
		if (!state_take_found(r->state, identity, e->octets, e->uid, &match, err))
			return false;
		/* A UID that came again since the kill may be another message's. */
		e->doubtful = e->named = match.found && e->uid[0] != ' ';
		e->likely = match.fits;
		e->rewritten = e->named && match.rewritten && !listing_is_number(e->uid, e->number);
	}
	if (!match.found && e->uid[0] == ' ' && !state_take_sibling(r->state, e->octets, e->uid, &match, err))
		return false;
	e->known.delivered = match.found && !e->doubtful;
	e->known.when = match.delivered;
	*taken += match.found;
	return !e->known.delivered || (match.fits && !match.doubt) || put_in_doubt(r, e, match.doubt, err);
}

static bool take_all_by_name(const struct recognition *r, struct error *err)
{
	size_t taken = 0;
	bool any;

	if (!state_has_found(r->state, &any, err))
		return false;
	for (size_t i = 0; i < r->plan->count; i++) {
		struct plan_entry *e = &r->plan->entries[i];

		if (!e->known.delivered && !e->doubtful && !take_by_name(r, e, any, &taken, err))
			return false;
	}
	if (taken > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were in place already", taken);
	return true;
}

/*
 * It is the same message, but what is here may be less than all of it. When the server gives another size than it gave
 * then, it is asked for again.
 */
static bool keep_doubt(const struct recognition *r, struct plan_entry *e, const struct state_record *before,
    struct error *err)
{
	if (before->listed == e->octets)
		return put_in_doubt(r, e, true, err);
	e->outdated = true;
	e->known.delivered = false;
	return state_set_sizes(r->state, e->uid, before->listed, before->said, before->doubt, err);
}

/* Without a header, it may be what stands for it; a header that others may have as well is no proof against size and deletion. */
static bool stands(const struct plan_entry *e)
{
	return e->likely || e->named || e->stayed;
}

/* Whether nothing but another header says that it is not the same message. */
static bool may_be_same(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top, bool *may_be,
    struct error *err)
{
	struct state_sight sight;

	*may_be = e->rewritten || (top->known ? top->telling || e->likely : stands(e));
	if (*may_be || !top->known || !top->whole)
		return true;
	if (!state_see_uid(r->state, e->uid, top->header, top->sha256, e->octets, &sight, err))
		return false;
	*may_be = sight.identical;
	return true;
}

/* The UID is known: is it the same message? */
static bool settle_doubt(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    size_t *displaced, struct error *err)
{
	bool may_be = false, same = false, in_doubt;
	struct state_record before;

	if (!state_get_doubt(r->state, e->uid, &before, &in_doubt, err) || !may_be_same(r, e, top, &may_be, err) ||
	    (may_be && !state_confirm(r->state, e->uid, e->octets, top->known && !e->rewritten ? top->header : NULL, &same, err)))
		return false;
	e->doubtful = false;
	e->known.delivered = same;
	if (same && in_doubt)
		return keep_doubt(r, e, &before, err);
	/* What was found in place has its own size, and may be less than all of the message. */
	if (same)
		return !e->named || e->likely || put_in_doubt(r, e, false, err);
	log_line(r->log, LOG_VERBOSE, "message %" PRIu32 " has the UID of another one that was fetched before", e->number);
	*displaced += 1;
	return state_displace(r->state, e->uid, r->now, err);
}

/* The UID is not known: is it the new one of a message that is missing? */
static bool match_missing(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    size_t *matched, struct error *err)
{
	struct state_match match;

	e->unsure = !top->known && r->must;
	if (!top->known || !top->telling)
		return true;
	if (!state_take_renumbered(r->state, top->header, e->octets, r->now, e->uid, &match, err))
		return false;
	if (match.found) {
		e->known.delivered = true;
		e->known.when = match.delivered;
		*matched += 1;
	}
	return !match.found || !match.doubt || put_in_doubt(r, e, true, err);
}

static bool refuse(struct error *err)
{
	error_set(err, ERROR_CONFIG,
	    "the account has been pointed to another maildrop, and the server gives no headers (TOP) that would tell what"
	    " was fetched from the one before");
	return error_mend(err, "give the other maildrop an account of its own");
}

/* First those with a UID that is theirs, then those that may have changed it. */
static bool settle_all(const struct recognition *r, struct plan_entry *const *entries, const struct top_identity *tops,
    size_t count, size_t *displaced, struct error *err)
{
	size_t matched = 0, known = 0;

	for (size_t i = 0; i < count; i++) {
		known += tops[i].known;
		entries[i]->unsure |= tops[i].skip;
		if (entries[i]->doubtful && !tops[i].skip && !settle_doubt(r, entries[i], &tops[i], displaced, err))
			return false;
	}
	for (size_t i = 0; i < count && r->missing + *displaced > 0; i++) {
		if (!entries[i]->known.delivered && !tops[i].skip && !match_missing(r, entries[i], &tops[i], &matched, err))
			return false;
		if (entries[i]->unsure && r->other && known == 0)
			return refuse(err);
	}
	*displaced -= matched < *displaced ? matched : *displaced;
	if (matched > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were delivered under another UID", matched);
	return true;
}

/*
 * Whether a look at the header is needed. What has a UID for this session alone is looked at where its size is that of a
 * missing message, by *whole: it is retrieved, which a dry run does not do.
 */
static bool wants_look(const struct recognition *r, const struct plan_entry *e, bool *wanted, bool *whole, struct error *err)
{
	*whole = strncmp(e->uid, STATE_ONCE, sizeof(STATE_ONCE) - 1) == 0;
	*wanted = e->doubtful || (r->missing > 0 && !e->known.delivered && !e->unsure);
	if (!*wanted || !*whole)
		return true;
	*wanted = r->destination != NULL;
	return !*wanted || state_misses_size(r->state, e->octets, r->now, wanted, err);
}

/* Those that are looked at, in `entries`: first those by TOP, then those by RETR. */
static bool choose(const struct recognition *r, struct plan_entry **entries, size_t *by_top, size_t *count, struct error *err)
{
	*count = 0;
	for (int by_retr = 0; by_retr < 2; by_retr++) {
		*by_top = *count;
		for (size_t i = 0; i < r->plan->count; i++) {
			struct plan_entry *e = &r->plan->entries[i];
			bool wanted, whole;

			if (!wants_look(r, e, &wanted, &whole, err))
				return false;
			if (wanted && whole == by_retr)
				entries[(*count)++] = e;
		}
	}
	return true;
}

/*
 * Whether a message is retrieved because the server has not given its header: one with a recorded UID that would count
 * as another message, and one that has the size of a missing message.
 */
static bool wants_retrieval(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top, bool *wanted,
    struct error *err)
{
	bool may = !top->known && r->destination && !r->must && (r->max_octets == 0 || e->octets <= r->max_octets);

	*wanted = may && e->doubtful && !stands(e);
	return !may || e->doubtful || r->missing == 0 || state_misses_size(r->state, e->octets, r->now, wanted, err);
}

/* What TOP did not tell, RETR does. It is retrieved again only if it turns out to be new. */
static bool retrieve(const struct recognition *r, struct plan_entry *const *entries, struct top_identity *tops, size_t count,
    struct error *err)
{
	struct plan_entry **wanted = memory_zeroed(count, sizeof(*wanted));
	struct top_identity *whole = memory_zeroed(count, sizeof(*whole));
	size_t *places = memory_zeroed(count, sizeof(*places)), filled = 0;
	bool ok = true, wants;

	for (size_t i = 0; i < count && ok; i++) {
		ok = wants_retrieval(r, entries[i], &tops[i], &wants, err);
		if (!ok || !wants)
			continue;
		whole[filled] = tops[i];
		whole[filled].whole = true;
		wanted[filled] = entries[i];
		places[filled++] = i;
	}
	if (ok && filled > 0)
		log_line(r->log, LOG_VERBOSE, "retrieving %zu messages to compare them with delivered ones", filled);
	ok = ok && top_identify(r->session, whole, filled, false, err) && top_order_check(r, wanted, whole, filled, err);
	for (size_t i = 0; i < filled; i++) {
		tops[places[i]] = whole[i];
		wanted[i]->retrieved = true;
	}
	free(wanted);
	free(whole);
	free(places);
	return ok;
}

/* One look at the headers of all that need it. */
static bool look(const struct recognition *r, size_t *displaced, struct error *err)
{
	struct plan_entry **entries = memory_zeroed(r->plan->count, sizeof(*entries));
	struct top_identity *tops = NULL;
	size_t count, by_top;
	bool ok = choose(r, entries, &by_top, &count, err);

	if (!ok)
		goto out;
	tops = memory_zeroed(count, sizeof(*tops));
	for (size_t i = 0; i < count; i++)
		tops[i] = (struct top_identity){.number = entries[i]->number,
		    .octets = entries[i]->octets,
		    .uid = entries[i]->uid,
		    .whole = i >= by_top,
		    .skip = i < by_top && top_is_broken(r->broken, entries[i]->number, entries[i]->octets)};
	for (size_t i = by_top; i < count; i++)
		entries[i]->retrieved = true;
	if (count > 0)
		log_line(r->log, LOG_VERBOSE, "%zu known messages are missing: looking at the headers of %zu listed ones", r->missing,
		    count);
	ok = top_identify(r->session, tops, by_top, false, err) &&
	    top_identify(r->session, tops + by_top, count - by_top, false, err) &&
	    top_order_check(r, entries, tops, by_top, err) && retrieve(r, entries, tops, by_top, err) &&
	    top_order_check(r, entries + by_top, tops + by_top, count - by_top, err) &&
	    settle_all(r, entries, tops, count, displaced, err);
out:
	free(entries);
	free(tops);
	return ok;
}

bool recognise(const struct recognition *r, struct error *err)
{
	struct recognition again = *r;
	size_t displaced = 0;

	if (r->plan->strange == 0)
		return true;
	if (!take_all_by_name(r, err) || !look(r, &displaced, err))
		return false;
	/* What was displaced may be listed under another UID. */
	again.missing = displaced;
	return r->missing > 0 || displaced == 0 || look(&again, &displaced, err);
}
