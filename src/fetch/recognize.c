#include "config.h"

#include "fetch/recognize.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/uid.h"
#include "deliver/destination.h"
#include "fetch/listing.h"
#include "fetch/recognition.h"
#include "fetch/top.h"
#include "fetch/top_order.h"
#include "policy/plan.h"
#include "state/match.h"
#include "state/record.h"
#include "state/sight.h"
#include "state/sizes.h"
#include "state/told.h"

/* A message that was delivered in doubt, or that is in place with another size than the server gives, stays in doubt. */
static bool put_in_doubt(const struct recognition *r, struct plan_entry *e, bool is_recorded, struct error *err)
{
	r->plan->doubts += !e->known.doubt;
	e->known.doubt = true;
	/* What was found in place is recorded as if it had been listed with its own size. */
	return is_recorded || state_set_sizes(r->state, e->uid, e->octets, STATE_UNSIZED, STATE_DOUBT_SIZE, err);
}

/* What a look at headers has found. */
struct found {
	size_t displaced; /* UIDs that are another message's now */
	size_t matched;	  /* messages under another UID, */
	size_t stayed;	  /* and under their own, though we have deleted them */
};

/* By the names that were found in place, or by a place in the listing that another one has left. */
static bool take_by_name(const struct recognition *r, struct plan_entry *e, bool any_found, size_t *taken, struct error *err)
{
	const struct destination *d = r->destination;
	struct state_match match = {0};
	char identity[DESTINATION_IDENTITY];

	if (any_found && d && d->ops->recovery == DESTINATION_BY_NAME) {
		d->ops->identity(d, NULL, e->uid, identity);
		if (!state_take_found(r->state, identity, e->octets, e->uid, &match, err))
			return false;
		/* A UID that came again since the kill may be another message's. */
		e->doubtful = e->named = match.found && uid_is_given(e->uid);
		e->likely = match.fits;
		e->rewritten = e->named && match.rewritten && !listing_is_number(e->uid, e->number);
	}
	if (!match.found && !uid_is_given(e->uid) && !state_take_sibling(r->state, e->octets, e->uid, &match, err))
		return false;
	e->known.delivered = match.found && !e->doubtful;
	e->known.when = match.delivered;
	*taken += match.found;
	return !e->known.delivered || (match.fits && !match.doubt) || put_in_doubt(r, e, match.doubt, err);
}

/* What is recorded under its UID, held against what came of it. */
static bool see_uid(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    struct state_sight *sight, struct error *err)
{
	return state_see_uid(r->state, e->uid, top->header, top->known && top->whole ? top->sha256 : NULL, e->octets, sight, err);
}

/* Under a UID that was made of a header that no other message has, the one that we have just deleted may still be listed. */
static bool doubt_deletion(const struct recognition *r, struct plan_entry *e, struct error *err)
{
	const struct top_identity none = {0};
	struct state_sight sight;

	if (e->known.delivered || !uid_is_made_alone(e->uid))
		return true;
	if (!see_uid(r, e, &none, &sight, err))
		return false;
	e->doubtful = sight.deleted && sight.lately;
	return true;
}

static bool take_all_by_name(const struct recognition *r, struct error *err)
{
	size_t taken = 0;
	bool any;

	if (!state_has_found(r->state, &any, err))
		return false;
	for (size_t i = 0; i < r->plan->count; i++) {
		struct plan_entry *e = &r->plan->entries[i];

		if (!e->known.delivered && !e->doubtful && (!take_by_name(r, e, any, &taken, err) || !doubt_deletion(r, e, err)))
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

/*
 * What we have deleted for certain is gone once a listing does not have it: the UID is another message's then, which may
 * have the same text. A number is another one's at once.
 */
static bool may_have_stayed(const struct plan_entry *e, const struct state_sight *sight)
{
	return !sight->deleted || (sight->lately && !listing_is_number(e->uid, e->number));
}

/* Whether nothing but another header says that it is not the same message. */
static bool may_be_same(const struct plan_entry *e, const struct top_identity *top, const struct state_sight *sight)
{
	if (e->rewritten || (top->known ? top->telling || e->likely : stands(e)))
		return true;
	return sight->identical && may_have_stayed(e, sight);
}

/* The UID is known: is it the same message? */
static bool settle_doubt(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    struct found *found, struct error *err)
{
	bool same = false, in_doubt;
	struct state_record before;
	struct state_sight sight;

	if (!state_get_doubt(r->state, e->uid, &before, &in_doubt, err) || !see_uid(r, e, top, &sight, err) ||
	    (may_be_same(e, top, &sight) &&
		!state_confirm(r->state, e->uid, e->octets, top->known && !e->rewritten ? top->header : NULL, &same, err)))
		return false;
	e->doubtful = false;
	e->known.delivered = same;
	found->stayed += same && sight.lately;
	if (same && in_doubt)
		return keep_doubt(r, e, &before, err);
	/* What was found in place has its own size, and may be less than all of the message. */
	if (same)
		return !e->named || e->likely || put_in_doubt(r, e, false, err);
	log_line(r->log, LOG_VERBOSE, "message %" PRIu32 " has the UID of another one that was fetched before", e->number);
	found->displaced++;
	return state_displace(r->state, e->uid, r->now, err);
}

/* The UID is not known: is it the new one of a message that is missing? */
static bool match_missing(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    struct found *found, struct error *err)
{
	struct state_match match = {0};
	bool whole = top->known && top->whole && (top->telling || r->moved || uid_is_of_session(e->uid));

	e->unsure = !top->known && r->must;
	if (top->known && top->telling &&
	    !state_take_renumbered(r->state, top->header, e->octets, r->now, e->uid, &match, err))
		return false;
	if (whole && !match.found &&
	    !state_take_identical(r->state, top->header, top->sha256, e->octets, r->now, e->uid, &match, err))
		return false;
	if (match.found) {
		e->known.delivered = true;
		e->known.when = match.delivered;
		found->matched++;
	}
	return !match.found || !match.doubt || put_in_doubt(r, e, true, err);
}

static bool refuse(struct error *err)
{
	error_set(err, ERROR_CONFIG,
	    "the account has been pointed to another maildrop, and the server gives no headers (TOP) that would tell what"
	    " was fetched from the one before");
	return error_hint(err, "give the other maildrop an account of its own");
}

/* A message that is new and has come whole does not break the session: it is fetched along with the others. */
static void forget_break(const struct recognition *r, struct plan_entry *e)
{
	if (!e->retrieved || e->known.delivered || !e->broke)
		return;
	e->broke = false;
	r->plan->broke--;
}

/* Said once, for as long as that is remembered. */
static bool tell_stayed(const struct recognition *r, const struct found *found, struct error *err)
{
	static const char key[] = UID_AWAY "stays";
	unsigned char kind = 0;
	uint64_t before;

	if (found->stayed == 0 || !r->destination || !r->log || r->log->level < LOG_NORMAL)
		return true;
	if (!state_get_told(r->state, key, &kind, &before, err) || kind != 0)
		return kind != 0;
	log_line(r->log, LOG_NORMAL,
	    "the server still lists messages (%zu) that it said it has deleted; they are not stored again; ask its operator why it"
	    " keeps them",
	    found->stayed);
	return state_add_told(r->state, key, STATE_TOLD_STAYS, found->stayed, r->now, err);
}

/* First those with a UID that is theirs, then those that may have changed it. */
static bool settle_all(const struct recognition *r, struct plan_entry *const *entries, const struct top_identity *tops,
    size_t count, struct found *found, struct error *err)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		known += tops[i].known;
		entries[i]->unsure |= tops[i].skip;
		if (entries[i]->doubtful && !tops[i].skip && !settle_doubt(r, entries[i], &tops[i], found, err))
			return false;
	}
	for (size_t i = 0; i < count && r->missing + found->displaced > 0; i++) {
		if (!entries[i]->known.delivered && !tops[i].skip && !match_missing(r, entries[i], &tops[i], found, err))
			return false;
		if (entries[i]->unsure && r->other && known == 0)
			return refuse(err);
	}
	for (size_t i = 0; i < count; i++)
		forget_break(r, entries[i]);
	found->displaced -= found->matched < found->displaced ? found->matched : found->displaced;
	if (found->matched > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were delivered under another UID", found->matched);
	return tell_stayed(r, found, err);
}

/*
 * Whether a look at the header is needed. What has a UID for this session alone is looked at where its size is that of a
 * missing message, by *whole: it is retrieved, which a dry run does not do.
 */
static bool wants_look(const struct recognition *r, const struct plan_entry *e, bool *wanted, bool *whole, struct error *err)
{
	*whole = uid_is_of_session(e->uid);
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

/* A header that others may have as well, or another one than was delivered: some proxies add to what RETR brings alone. */
static bool header_leaves_doubt(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *doubt, struct error *err)
{
	struct state_sight sight;

	*doubt = false;
	if (e->rewritten)
		return true;
	if (!see_uid(r, e, top, &sight, err))
		return false;
	*doubt = (sight.fits || e->stayed) && may_have_stayed(e, &sight) && !(sight.found && (top->telling || e->likely));
	return true;
}

/* The same for a UID that is not recorded. Where other messages are where they were, few are looked at so closely. */
static bool header_may_be_missing(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *may_be, struct error *err)
{
	struct state_sight sight;

	*may_be = false;
	if (r->missing == 0 || (!r->moved && !top->telling))
		return true;
	if (!state_see_header(r->state, top->header, NULL, e->octets, r->now, &sight, err))
		return false;
	*may_be = sight.found && !(top->telling && sight.fits);
	return *may_be || sight.found || !r->moved || state_misses_size(r->state, e->octets, r->now, may_be, err);
}

/*
 * Whether a message is retrieved because its header does not tell: one with a recorded UID that would count as another
 * message, and one that may be a missing message. Without a header, those are all that have the size of one.
 */
static bool wants_retrieval(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top, bool *wanted,
    struct error *err)
{
	*wanted = false;
	if (top->skip || !r->destination || r->must || e->octets > TOP_OCTETS_MOST ||
	    (r->max_octets > 0 && e->octets > r->max_octets))
		return true;
	if (top->known)
		return e->doubtful ? header_leaves_doubt(r, e, top, wanted, err) : header_may_be_missing(r, e, top, wanted, err);
	*wanted = e->doubtful && !stands(e);
	return e->doubtful || r->missing == 0 || state_misses_size(r->state, e->octets, r->now, wanted, err);
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
		/* What TOP told holds where RETR is refused. */
		if (whole[i].known || !tops[places[i]].known)
			tops[places[i]] = whole[i];
		wanted[i]->retrieved = true;
	}
	free(wanted);
	free(whole);
	free(places);
	return ok;
}

/* One look at the headers of all that need it. */
static bool look(const struct recognition *r, struct found *found, struct error *err)
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
	    settle_all(r, entries, tops, count, found, err);
out:
	free(entries);
	free(tops);
	return ok;
}

bool recognize(const struct recognition *r, struct error *err)
{
	struct recognition again = *r;
	struct found found = {0};

	if (r->plan->strange == 0)
		return true;
	if (!take_all_by_name(r, err) || !look(r, &found, err))
		return false;
	/* What was displaced may be listed under another UID. */
	again.missing = found.displaced;
	found = (struct found){0};
	return r->missing > 0 || again.missing == 0 || look(&again, &found, err);
}
