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
#include "fetch/foreign.h"
#include "fetch/listing.h"
#include "fetch/recognition.h"
#include "fetch/top.h"
#include "fetch/top_order.h"
#include "policy/plan.h"
#include "state/match.h"
#include "state/record.h"
#include "state/compare.h"
#include "state/sizes.h"
#include "state/unfetched.h"

/* A message that was delivered in doubt stays in doubt. */
static void put_in_doubt(const struct recognition *r, struct plan_entry *e)
{
	r->plan->doubts += !e->known.doubt;
	e->known.doubt = true;
}

/*
 * A message was found in the destination with another size than on the server. It may be incomplete. Or it is whole:
 * once a message is stored, a line end in the middle of a line looks like any other, and some servers give wrong sizes.
 * transfer/doubt decides. A copy that a mail program has changed cannot be compared, so its message stays on the
 * server.
 */
static bool doubt_found(const struct recognition *r, struct plan_entry *e, struct error *err)
{
	put_in_doubt(r, e);
	e->known.foreign = e->changed;
	return state_set_sizes(r->state, e->uid, e->octets, STATE_UNSIZED,
	    e->changed ? STATE_DOUBT_FIELDS : STATE_DOUBT_FOUND, err);
}

/* What the headers have shown. */
struct found {
	size_t displaced; /* UIDs that now belong to another message */
	size_t matched;	  /* missing messages found under another UID */
	size_t stayed;	  /* messages found under their own UID although we deleted them */
};

/* Recognizes a message by the names found in the destination, or by the place of a vanished message in the listing. */
static bool take_by_name(const struct recognition *r, struct plan_entry *e, bool any_found, size_t *taken,
    struct error *err)
{
	const struct destination *d = r->destination;
	struct state_match match = {0};
	char identity[DESTINATION_IDENTITY];

	if (any_found && d && d->ops->recovery == DESTINATION_BY_NAME) {
		d->ops->identity(d, NULL, e->uid, identity);
		if (!state_take_found(r->state, identity, e->octets, e->uid, &match, err))
			return false;
		/* A UID that came back since the crash may belong to another message. */
		e->doubtful = e->named = match.found && uid_is_given(e->uid);
		e->likely = match.fits;
		e->changed = match.changed;
		e->rewritten = e->named && match.rewritten && !listing_is_number(e->uid, e->number);
	}
	if (!match.found && !e->outdated && !uid_is_given(e->uid) &&
	    !state_take_sibling(r->state, e->octets, e->uid, &match, err))
		return false;
	e->known.delivered = match.found && !e->doubtful;
	e->known.when = match.delivered;
	*taken += match.found;
	if (e->known.delivered && match.doubt)
		put_in_doubt(r, e);
	return !e->known.delivered || match.fits || match.doubt || doubt_found(r, e, err);
}

/* Compares the received header or message with what is recorded under its UID. */
static bool compare_uid(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    struct state_comparison *compared, struct error *err)
{
	return state_compare_uid(r->state, e->uid, top->header, top->known && top->whole ? &top->digests : NULL,
	    e->octets, compared, err);
}

/* A message just deleted may still be listed under a UID made from its unique header. */
static bool doubt_deletion(const struct recognition *r, struct plan_entry *e, struct error *err)
{
	const struct top_identity none = {0};
	struct state_comparison compared;

	if (e->known.delivered || !uid_is_made_alone(e->uid))
		return true;
	if (!compare_uid(r, e, &none, &compared, err))
		return false;
	e->doubtful = compared.deleted && compared.lately;
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

		if (!e->known.delivered && !e->doubtful &&
		    (!take_by_name(r, e, any, &taken, err) || !doubt_deletion(r, e, err)))
			return false;
	}
	if (taken > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were already in the destination", taken);
	return true;
}

/*
 * It is the same message, but the delivered copy may be incomplete. If the server now gives another size, it is
 * fetched again.
 */
static bool keep_doubt(const struct recognition *r, struct plan_entry *e, const struct state_record *before,
    struct error *err)
{
	if (before->listed == e->octets) {
		put_in_doubt(r, e);
		return true;
	}
	e->outdated = true;
	e->known.delivered = false;
	return state_set_sizes(r->state, e->uid, before->listed, before->said, before->doubt, err);
}

/*
 * Without a header, a message may still be the recorded one. A header that others may have does not outweigh size
 * and deletion.
 */
static bool stands(const struct plan_entry *e)
{
	return e->likely || e->named || e->stayed;
}

/*
 * A message deleted for certain is gone once a listing lacks it. The UID then belongs to another message, which may
 * have the same text. A number is reused at once.
 */
static bool may_have_stayed(const struct plan_entry *e, const struct state_comparison *compared)
{
	return !compared->deleted || (compared->lately && !listing_is_number(e->uid, e->number));
}

/* Whether only a different header shows that it is not the same message. */
static bool may_be_same(const struct plan_entry *e, const struct top_identity *top,
    const struct state_comparison *compared)
{
	if (e->rewritten || (top->known ? top->identifying || e->likely : stands(e)))
		return true;
	return compared->identical && may_have_stayed(e, compared);
}

/* The UID is known: determines whether the message is the same. */
static bool settle_doubt(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    struct found *found, struct error *err)
{
	bool same = false, in_doubt;
	struct state_record before;
	struct state_comparison compared;

	if (!state_get_doubt(r->state, e->uid, &before, &in_doubt, err) || !compare_uid(r, e, top, &compared, err) ||
	    (may_be_same(e, top, &compared) &&
		!state_confirm(r->state, e->uid, e->octets, top->known && !e->rewritten ? top->header : NULL, &same,
		    err)))
		return false;
	e->doubtful = false;
	e->known.delivered = same;
	found->stayed += same && compared.lately;
	if (same && in_doubt)
		return keep_doubt(r, e, &before, err);
	if (same && e->named && !e->likely)
		return doubt_found(r, e, err);
	if (same)
		return foreign_hold_again(r, e, err);
	log_line(r->log, LOG_VERBOSE, "message %" PRIu32 " has the UID of another message that was fetched before",
	    e->number);
	found->displaced++;
	return state_displace(r->state, e->uid, r->now, err);
}

/* The UID is unknown: determines whether it is the new UID of a missing message. */
static bool match_missing(const struct recognition *r, struct plan_entry *e, const struct top_identity *top,
    struct found *found, struct error *err)
{
	struct state_comparison own = {0};
	struct state_match match = {0};
	bool whole =
	    top->known && top->whole && (top->identifying || r->moved || r->searched || uid_is_of_session(e->uid));

	/* The copy that was delivered in doubt may be replaced; another message's record must not be. */
	if (e->outdated && !compare_uid(r, e, top, &own, err))
		return false;
	if (own.found)
		return true;
	e->unsure = !top->known && r->header_required;
	e->guessed = !top->known || (!top->identifying && !top->whole);
	if (top->known && top->identifying &&
	    !state_take_renumbered(r->state, top->header, e->octets, r->now, e->uid, &match, err))
		return false;
	if (whole && !match.found &&
	    !state_take_identical(r->state, top->header, &top->digests, e->octets, r->now, e->uid, &match, err))
		return false;
	if (!match.found) {
		bool other;

		if (!foreign_match(r, e, top, &other, err))
			return false;
		found->matched += other;
		return true;
	}
	e->known.delivered = true;
	e->known.when = match.delivered;
	e->foreign = e->known.foreign = match.foreign;
	r->plan->foreign += match.foreign;
	found->matched++;
	if (match.doubt)
		put_in_doubt(r, e);
	return true;
}

static bool refuse(struct error *err)
{
	error_set(err, ERROR_CONFIG,
	    "the account now uses another maildrop, and the server gives no headers (TOP), so messages fetched from "
	    "the previous maildrop cannot be recognized");
	return error_hint(err, "create a separate account for the new maildrop");
}

/* A new message that arrived complete does not break the session: it is fetched along with the others. */
static void forget_break(const struct recognition *r, struct plan_entry *e)
{
	if (!e->retrieved || e->known.delivered || !e->broke)
		return;
	e->broke = false;
	r->plan->broke--;
}

/* Reports messages that stayed after a deletion once, for as long as the state remembers the report. */
static bool report_stayed(const struct recognition *r, const struct found *found, struct error *err)
{
	static const char key[] = UID_UNFETCHED "stays";
	unsigned char kind = 0;
	uint64_t before;

	if (found->stayed == 0 || !r->destination || !r->log || r->log->level < LOG_NORMAL)
		return true;
	if (!state_get_unfetched(r->state, key, &kind, &before, err) || kind != 0)
		return kind != 0;
	log_line(r->log, LOG_NORMAL,
	    "the server still lists %zu message%s that it reported as deleted; %s not stored again; ask the server's "
	    "operator why it keeps %s",
	    found->stayed, found->stayed == 1 ? "" : "s", found->stayed == 1 ? "it is" : "they are",
	    found->stayed == 1 ? "it" : "them");
	return state_note_unfetched(r->state, key, STATE_UNFETCHED_STAYS, found->stayed, r->now, err);
}

/* Settles first the messages with their own UID, then those whose UID may have changed. */
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
		if (!entries[i]->known.delivered && !tops[i].skip &&
		    !match_missing(r, entries[i], &tops[i], found, err))
			return false;
		if (entries[i]->unsure && r->other && known == 0)
			return refuse(err);
	}
	for (size_t i = 0; i < count; i++)
		forget_break(r, entries[i]);
	found->displaced -= found->matched < found->displaced ? found->matched : found->displaced;
	if (found->matched > 0)
		log_line(r->log, LOG_VERBOSE, "%zu messages were delivered before under another UID", found->matched);
	return report_stayed(r, found, err);
}

/*
 * Sets *wanted if the header is needed. A message with a UID for this session alone is checked if its size is that
 * of a missing message. It is then retrieved completely (*whole), which a dry run does not do.
 */
static bool wants_header(const struct recognition *r, const struct plan_entry *e, bool *wanted, bool *whole,
    struct error *err)
{
	*whole = uid_is_of_session(e->uid);
	*wanted = e->doubtful || (r->missing > 0 && !e->known.delivered && !e->unsure && !e->fresh);
	if (!*wanted || !*whole)
		return true;
	*wanted = r->destination != NULL;
	return !*wanted || state_misses_size(r->state, e->octets, r->now, wanted, err);
}

/* Puts the messages to check into `entries`: first those for TOP, then those for RETR. */
static bool choose(const struct recognition *r, struct plan_entry **entries, size_t *by_top, size_t *count,
    struct error *err)
{
	*count = 0;
	for (int by_retr = 0; by_retr < 2; by_retr++) {
		*by_top = *count;
		for (size_t i = 0; i < r->plan->count; i++) {
			struct plan_entry *e = &r->plan->entries[i];
			bool wanted, whole;

			if (!wants_header(r, e, &wanted, &whole, err))
				return false;
			if (wanted && whole == by_retr)
				entries[(*count)++] = e;
		}
	}
	return true;
}

/*
 * Sets *doubt if other messages may have the header, or if it differs from the delivered one: some proxies add
 * fields to RETR's answer only.
 */
static bool header_leaves_doubt(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *doubt, struct error *err)
{
	struct state_comparison compared;

	*doubt = false;
	if (e->rewritten)
		return true;
	if (!compare_uid(r, e, top, &compared, err))
		return false;
	*doubt = (compared.fits || e->stayed) && may_have_stayed(e, &compared) &&
	    !(compared.found && (top->identifying || e->likely));
	return true;
}

/* The same for a UID that is not recorded. If the other messages are unchanged, few need this check. */
static bool header_may_be_missing(const struct recognition *r, const struct plan_entry *e,
    const struct top_identity *top, bool *may_be, struct error *err)
{
	struct state_comparison compared;

	if (!foreign_may_be(r, e, top, may_be, err) || *may_be)
		return *may_be;
	if (r->missing == 0 || (!r->moved && !r->searched && !top->identifying))
		return true;
	if (!state_compare_header(r->state, top->header, NULL, e->octets, r->now, &compared, err))
		return false;
	*may_be = compared.found && !(top->identifying && compared.fits);
	return *may_be || compared.found || !r->moved || state_misses_size(r->state, e->octets, r->now, may_be, err);
}

/*
 * Sets *wanted if a message must be retrieved because its header does not identify it. That is a message with a
 * recorded UID that would count as another one, or one that may be a missing message. Without a header, every
 * message with the size of a missing one qualifies.
 */
static bool wants_retrieval(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *wanted, struct error *err)
{
	*wanted = false;
	if (top->skip || !r->destination || r->header_required || e->octets > TOP_OCTETS_MOST ||
	    (r->max_octets > 0 && e->octets > r->max_octets))
		return true;
	if (top->known)
		return e->doubtful ? header_leaves_doubt(r, e, top, wanted, err)
				   : header_may_be_missing(r, e, top, wanted, err);
	*wanted = (e->doubtful && !stands(e)) || (r->foreign && !e->doubtful && r->missing > 0);
	return *wanted || e->doubtful || r->missing == 0 || state_misses_size(r->state, e->octets, r->now, wanted, err);
}

/*
 * A message that the server does not give now may be one of those that were fetched before: it is left for the next
 * run.
 */
static void leave_unknown(struct top_identity *top)
{
	top->skip |= !top->known;
}

/* Retrieves messages that TOP did not identify. They are retrieved again only if they turn out to be new. */
static bool retrieve(const struct recognition *r, struct plan_entry *const *entries, struct top_identity *tops,
    size_t count, struct error *err)
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
		log_line(r->log, LOG_VERBOSE, "retrieving %zu messages to compare them with delivered messages",
		    filled);
	ok =
	    ok && top_identify(r->session, whole, filled, false, err) && top_order_check(r, wanted, whole, filled, err);
	for (size_t i = 0; i < filled; i++) {
		/* If RETR is refused, TOP's result is kept. */
		if (whole[i].known || !tops[places[i]].known)
			tops[places[i]] = whole[i];
		leave_unknown(&tops[places[i]]);
		wanted[i]->retrieved = true;
	}
	free(wanted);
	free(whole);
	free(places);
	return ok;
}

/* Checks once the headers of all messages that need it. */
static bool examine(const struct recognition *r, struct found *found, struct error *err)
{
	struct plan_entry **entries = memory_zeroed(r->plan->count, sizeof(*entries));
	struct top_identity *tops = NULL;
	size_t count, by_top;
	bool ok = choose(r, entries, &by_top, &count, err) && top_has_room(count, err);

	if (!ok)
		goto out;
	tops = memory_zeroed(count, sizeof(*tops));
	for (size_t i = 0; i < count; i++)
		tops[i] = (struct top_identity){.number = entries[i]->number,
		    .octets = entries[i]->octets,
		    .uid = entries[i]->uid,
		    .whole = i >= by_top,
		    .cored = r->foreign,
		    .skip = i < by_top && top_is_broken(r->broken, entries[i]->number, entries[i]->octets)};
	for (size_t i = by_top; i < count; i++)
		entries[i]->retrieved = true;
	if (count > 0)
		log_line(r->log, LOG_VERBOSE,
		    "%zu known messages are missing; reading the headers of %zu listed messages", r->missing, count);
	ok = top_identify(r->session, tops, by_top, false, err) &&
	    top_identify(r->session, tops + by_top, count - by_top, false, err) &&
	    top_order_check(r, entries, tops, by_top, err) && retrieve(r, entries, tops, by_top, err);
	for (size_t i = by_top; i < count; i++)
		leave_unknown(&tops[i]);
	ok = ok && top_order_check(r, entries + by_top, tops + by_top, count - by_top, err) &&
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

	if (r->plan->unconfirmed > 0) {
		if (!take_all_by_name(r, err) || !state_has_found(r->state, &again.searched, err) ||
		    !examine(&again, &found, err))
			return false;
		/* A displaced message may be listed under another UID. */
		again.missing = found.displaced;
		found = (struct found){0};
		if (r->missing == 0 && again.missing > 0 && !examine(&again, &found, err))
			return false;
	}
	return r->plan->foreign == 0 || !r->deletes || foreign_compare(r, err);
}
