#include "config.h"

#include "fetch/top_order.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "fetch/listing.h"
#include "fetch/recognition.h"
#include "fetch/top.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "state/compare.h"

/* A message whose header has arrived, and what it would be taken for. */
struct view {
	const struct plan_entry *entry;
	const struct top_identity *top;
	bool claims; /* it would count as delivered */
	bool again;  /* it has to be asked for again */
};

/* Counts over all messages. */
struct claims {
	size_t all;    /* messages that claim to be delivered */
	size_t by_uid; /* of these, messages whose UID is recorded */
	size_t whole;  /* of these, other messages that came complete, whatever their size by LIST */
};

static bool fail_swapped(uint32_t number, struct error *err)
{
	error_set(err, ERROR_PROTOCOL,
	    "the replies to TOP are out of sync: the header of message %" PRIu32 " differs from the one sent before",
	    number);
	return error_hint(err, "these replies are ignored; the next run tries again");
}

/* Asks for one header with no other command in flight. */
static bool ask_alone(struct session *s, const struct plan_entry *e, bool whole, bool peek, struct top_identity *t,
    struct error *err)
{
	*t = (struct top_identity){.number = e->number, .octets = e->octets, .uid = uid_given(e->uid), .whole = whole};
	return top_identify(s, t, 1, peek, err);
}

static const struct state_digests *digests_of(const struct top_identity *t)
{
	return t->whole ? &t->digests : NULL;
}

/* Whether the message came complete and has a header that others may have. */
static bool must_be_identical(const struct view *v)
{
	return v->top->whole && !v->top->identifying && !v->entry->likely;
}

/* For a recorded UID. A header that contradicts UID or size is asked for again. */
static bool view_doubtful(const struct recognition *r, struct view *v, struct claims *claims, struct error *err)
{
	const struct plan_entry *e = v->entry;
	struct state_comparison compared;

	if (!state_compare_uid(r->state, e->uid, v->top->header, digests_of(v->top), e->octets, &compared, err))
		return false;
	if (v->top->known)
		v->claims = e->rewritten || (must_be_identical(v) ? compared.identical : compared.found);
	else
		v->claims = e->rewritten || e->likely || e->named || e->stayed;
	v->again = v->claims ? compared.doubt : v->top->known && (compared.fits || e->stayed);
	claims->by_uid += v->claims;
	claims->all += v->claims;
	return true;
}

/* For a UID that is not recorded. The header of a missing message of another size may belong to a neighbor. */
static bool view_unknown(const struct recognition *r, struct view *v, struct claims *claims, struct error *err)
{
	struct state_comparison compared;

	if (!v->top->known || (!v->top->identifying && !v->top->whole) || r->missing == 0)
		return true;
	if (!state_compare_header(r->state, v->top->header, digests_of(v->top), v->entry->octets, r->now, &compared,
		err))
		return false;
	v->claims = compared.identical || (v->top->identifying && compared.found && compared.fits);
	v->again = v->claims && compared.doubt;
	claims->all += v->claims;
	claims->whole += v->claims && v->top->whole;
	return !compared.found || v->claims || state_misses_size(r->state, v->entry->octets, r->now, &v->again, err);
}

/* Compares by header, and complete messages by their complete text. */
static int by_answer(const void *a, const void *b)
{
	const struct top_identity *first = ((const struct view *)a)->top, *second = ((const struct view *)b)->top;
	int order = memcmp(first->header, second->header, DIGEST_SHORT);

	return order != 0 || !first->whole || !second->whole
	    ? order
	    : memcmp(first->digests.whole, second->digests.whole, DIGEST_SIZE);
}

/* If one answer came twice, another is missing. Marks all messages with a header that one of them claims. */
static void mark_doubles(struct view *views, size_t count)
{
	size_t end;

	qsort(views, count, sizeof(*views), by_answer);
	for (size_t i = 0; i < count; i = end) {
		bool claimed = false;

		for (end = i; end < count && by_answer(&views[i], &views[end]) == 0; end++)
			claimed |= views[end].claims && (views[end].top->identifying || views[end].top->whole);
		for (size_t k = i; k < end && claimed && end - i > 1; k++)
			views[k].again = true;
	}
}

/*
 * If answers were swapped and a claim is wrong, then so is the header of a message without a claim that has the
 * size of a missing message, or any size if complete texts are compared. There are few such messages.
 */
static bool mark_outsiders(const struct recognition *r, struct view *views, size_t count, const struct claims *claims,
    struct error *err)
{
	for (size_t i = 0; i < count && claims->all > 0; i++) {
		struct view *v = &views[i];

		if (v->claims || v->again)
			continue;
		v->again = claims->by_uid + claims->whole > 0;
		if (!v->again && !state_misses_size(r->state, v->entry->octets, r->now, &v->again, err))
			return false;
	}
	return true;
}

/* Returns the digest of the header from which a UID was made, or NULL. */
static const unsigned char *made_of(const struct recognition *r, const struct plan_entry *e)
{
	return r->made_of && uid_is_made(e->uid) ? r->made_of[e - r->plan->entries] : NULL;
}

static bool has_other(const struct recognition *r, const unsigned char header[DIGEST_SHORT])
{
	for (size_t i = 0; i < r->plan->count; i++) {
		const unsigned char *other = made_of(r, &r->plan->entries[i]);

		if (other && memcmp(other, header, DIGEST_SHORT) == 0)
			return true;
	}
	return false;
}

/* A UID was made from another header than has come now, which is that of another message: one of them was swapped. */
static bool compare_made_of(const struct recognition *r, const struct view *views, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct plan_entry *e = views[i].entry;
		const struct top_identity *top = views[i].top;
		const unsigned char *own = made_of(r, e);

		if (own && top->known && !top->whole && memcmp(own, top->header, DIGEST_SHORT) != 0 &&
		    has_other(r, top->header))
			return fail_swapped(e->number, err);
	}
	return true;
}

static bool compare(const struct recognition *r, const struct view *views, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct view *v = &views[i];
		struct top_identity alone;

		if (!v->again)
			continue;
		if (!ask_alone(r->session, v->entry, v->top->whole, false, &alone, err))
			return false;
		if (alone.known != v->top->known || (alone.known && by_answer(&(struct view){.top = &alone}, v) != 0))
			return fail_swapped(v->entry->number, err);
	}
	return true;
}

bool top_order_check(const struct recognition *r, struct plan_entry *const *entries, const struct top_identity *tops,
    size_t count, struct error *err)
{
	struct view *views;
	struct claims claims = {0};
	size_t known = 0;
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		known += tops[i].known;
	if (session_window(r->session) == 1 || count < 2 || known == 0)
		return true;
	views = memory_zeroed(count, sizeof(*views));
	for (size_t i = 0; i < count && ok; i++) {
		views[i] = (struct view){.entry = entries[i], .top = &tops[i]};
		ok = entries[i]->doubtful ? view_doubtful(r, &views[i], &claims, err)
					  : view_unknown(r, &views[i], &claims, err);
	}
	if (ok)
		mark_doubles(views, count);
	ok = ok && compare_made_of(r, views, count, err) && mark_outsiders(r, views, count, &claims, err) &&
	    compare(r, views, count, err);
	free(views);
	return ok;
}

static int by_size(const void *a, const void *b)
{
	const struct plan_entry *first = *(const struct plan_entry *const *)a,
				*second = *(const struct plan_entry *const *)b;

	if (first->octets != second->octets)
		return first->octets < second->octets ? -1 : 1;
	return strcmp(first->uid, second->uid);
}

/* Whether the message has one of several UIDs that differ only in their number. Sorted, they are adjacent. */
static bool is_one_of_several(const struct plan_entry *e, const struct plan_entry *next)
{
	return uid_is_one_of_several(e->uid, next ? next->uid : NULL);
}

/* Checks messages of one size. If some are known and others are not, the unknown and the doubtful ones are checked. */
static bool compare_made(struct session *s, const struct plan_entry **same, size_t count, struct error *err)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		known += same[i]->known.delivered;
	for (size_t i = 0; i < count && known > 0 && count > 1; i++) {
		const struct plan_entry *e = same[i];
		struct top_identity alone;

		if (!e->known.doubt &&
		    (known == count ||
			(e->known.delivered && !is_one_of_several(e, i + 1 < count ? same[i + 1] : NULL))))
			continue;
		if (!ask_alone(s, e, false, true, &alone, err))
			return false;
		if (!listing_is_made_of(e->uid, &alone))
			return fail_swapped(e->number, err);
	}
	return true;
}

bool top_order_check_made(struct session *s, const struct plan *plan, struct error *err)
{
	const struct plan_entry **made;
	size_t count = 0, end;
	bool ok = true;

	if (session_window(s) == 1)
		return true;
	made = memory_zeroed(plan->count, sizeof(*made));
	for (size_t i = 0; i < plan->count; i++) {
		if (uid_is_made(plan->entries[i].uid))
			made[count++] = &plan->entries[i];
	}
	qsort(made, count, sizeof(*made), by_size);
	for (size_t i = 0; i < count && ok; i = end) {
		for (end = i; end < count && made[end]->octets == made[i]->octets; end++)
			;
		ok = compare_made(s, made + i, end - i, err);
	}
	free(made);
	return ok;
}
