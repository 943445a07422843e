#include "config.h"

#include "fetch/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/uid.h"
#include "fetch/top.h"
#include "io/deadline.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "state/join.h"
#include "state/match.h"
#include "state/record.h"
#include "state/unfetched.h"
#include "transfer/message.h"

_Static_assert(MAILDROP_UNSIZED == STATE_UNSIZED, "MAILDROP_UNSIZED and STATE_UNSIZED must be equal");

/* The pointers are those of transfer: what is fetched, and what is deleted. */
_Static_assert(sizeof(struct state_item) + sizeof(struct plan_entry) + 3 * sizeof(struct plan_entry *) <=
	MAILDROP_BESIDE,
    "MAILDROP_BESIDE must cover what a run keeps for a message");

static const char *uid_of(const struct listing *l, size_t index)
{
	return l->made && l->made[index] ? l->made[index] : maildrop_uid(&l->maildrop, &l->maildrop.messages[index]);
}

static int by_uid(const void *a, const void *b)
{
	const struct state_item *first = a, *second = b;
	int order = strcmp(first->uid, second->uid);

	return order != 0 ? order : (first->index > second->index) - (first->index < second->index);
}

/*
 * Sorts the messages by UID; those with the same UID stay in the server's order. Returns whether they were already
 * sorted and all UIDs differ, which is the case for servers that number their UIDs.
 */
static bool sort_items(struct listing *l)
{
	size_t count = l->maildrop.count;
	const char *last = "";
	bool ascending = true;

	for (size_t i = 0; i < count; i++) {
		l->items[i] = (struct state_item){
		    .uid = uid_of(l, i),
		    .octets = l->maildrop.messages[i].octets,
		    .index = (uint32_t)i,
		};
		ascending = ascending && strcmp(last, l->items[i].uid) < 0;
		last = l->items[i].uid;
	}
	if (!ascending)
		qsort(l->items, count, sizeof(*l->items), by_uid);
	return ascending;
}

/* Marks messages without a UID or with a shared one by "" in `made`. Returns how many there are. */
static size_t find_unusable(struct listing *l)
{
	const struct state_item *items = l->items;
	size_t count = l->maildrop.count, found = 0;

	l->made = memory_zeroed(count, sizeof(*l->made));
	l->made_of = memory_zeroed(count, sizeof(*l->made_of));
	for (size_t i = 0; i < count; i++) {
		bool shared = (i > 0 && strcmp(items[i].uid, items[i - 1].uid) == 0) ||
		    (i + 1 < count && strcmp(items[i].uid, items[i + 1].uid) == 0);

		if (*items[i].uid && !shared)
			continue;
		l->made[items[i].index] = memory_copy_string("");
		found++;
	}
	return found;
}

static bool refuse_unknown(uint32_t number, struct error *err)
{
	error_set(err, ERROR_PROTOCOL, "the server gives no usable UID for message %" PRIu32 " and refuses TOP",
	    number);
	return error_hint(err,
	    "ask the server's operator to enable UIDL: "
	    "without UIDL and TOP, mailhaul cannot recognize fetched messages");
}

/*
 * Makes a UID from a header. The size helps to distinguish messages that have almost no header, or the same one. If
 * no other message has the header, the size is left out, because it may vary between sessions.
 */
static char *make_uid(const struct top_identity *t, bool alone)
{
	char hex[2 * DIGEST_SHORT + 1];

	if (!t->known)
		return memory_format(UID_UNKNOWN "%" PRIu32, t->number);
	digest_hex(hex, t->header, DIGEST_SHORT);
	if (alone && t->identifying)
		return memory_format(UID_MADE "%s", hex);
	return memory_format(UID_MADE "%s:%" PRIu64, hex, t->octets);
}

static bool is_made_of(const char *uid, const struct top_identity *t, bool alone)
{
	char *made = make_uid(t, alone);
	bool is = uid_is_made_as(uid, made);

	free(made);
	return is;
}

bool listing_is_made_of(const char *uid, const struct top_identity *t)
{
	return is_made_of(uid, t, true) || is_made_of(uid, t, false);
}

static int by_header(const void *a, const void *b)
{
	const struct top_identity *const *first = a, *const *second = b;

	return memcmp((*first)->header, (*second)->header, DIGEST_SHORT);
}

/* Returns, for each message, whether no other one has the same header. */
static bool *find_alone(const struct top_identity *tops, size_t count)
{
	const struct top_identity **sorted = memory_zeroed(count, sizeof(*sorted));
	bool *alone = memory_zeroed(count, sizeof(*alone));

	for (size_t i = 0; i < count; i++)
		sorted[i] = &tops[i];
	qsort(sorted, count, sizeof(*sorted), by_header);
	for (size_t i = 0; i < count; i++)
		alone[sorted[i] - tops] = (i == 0 || by_header(&sorted[i - 1], &sorted[i]) != 0) &&
		    (i + 1 == count || by_header(&sorted[i], &sorted[i + 1]) != 0);
	free(sorted);
	return alone;
}

/*
 * Makes UIDs that no message ever has again, for messages that are fetched and deleted. A message that is too large
 * stays, and gets the same UID next time, so that it is reported only once.
 */
static void make_passing_uids(struct listing *l)
{
	uint64_t session;

	if (getentropy(&session, sizeof(session)) != 0)
		session = (uint64_t)time(NULL) << 32 ^ (uint64_t)deadline_clock();
	for (size_t i = 0; i < l->maildrop.count; i++) {
		const struct maildrop_message *m = &l->maildrop.messages[i];

		if (l->made[i] && l->max_octets > 0 && m->octets > l->max_octets)
			memory_replace(&l->made[i], memory_format(UID_LARGE "%" PRIu64, m->octets));
		else if (l->made[i])
			memory_replace(&l->made[i],
			    memory_format(UID_SESSION "%016" PRIx64 ":%" PRIu32, session, m->number));
	}
}

/* Asks for the headers of the marked messages, and makes their UIDs. */
static bool identify(struct listing *l, struct session *s, size_t unusable, struct error *err)
{
	struct top_identity *tops;
	size_t filled = 0, known = 0;
	bool ok, *alone;

	if (!top_has_room(unusable, err))
		return false;
	tops = memory_zeroed(unusable, sizeof(*tops));
	for (size_t i = 0; i < l->maildrop.count; i++) {
		const struct maildrop_message *m = &l->maildrop.messages[i];

		if (l->made[i])
			tops[filled++] = (struct top_identity){.number = m->number,
			    .octets = m->octets,
			    .uid = "",
			    .skip = top_is_broken(l->broken, m->number, m->octets)};
	}
	ok = top_identify(s, tops, unusable, true, err);
	for (size_t i = 0; i < unusable; i++)
		known += tops[i].known;
	if (ok && known == 0 && l->all_deleted)
		make_passing_uids(l);
	else if (ok && known == 0)
		ok = refuse_unknown(tops[0].number, err);
	filled = 0;
	alone = find_alone(tops, unusable);
	for (size_t i = 0; i < l->maildrop.count && ok && known > 0; i++) {
		if (!l->made[i])
			continue;
		free(l->made[i]);
		l->made[i] = make_uid(&tops[filled], alone[filled]);
		memcpy(l->made_of[i], tops[filled].header_alone, DIGEST_SHORT);
		filled++;
	}
	free(alone);
	free(tops);
	return ok;
}

/* Appends a number to the UID of the second and each further message with the same header. */
static void number_same(struct listing *l)
{
	const struct state_item *items = l->items;
	const char *first = "";
	unsigned same = 1;

	(void)sort_items(l);
	for (size_t i = 0; i < l->maildrop.count; i++) {
		same = strcmp(items[i].uid, first) == 0 ? same + 1 : 1;
		first = same == 1 ? items[i].uid : first;
		/* The text that `first` points to stays valid: it belongs to the first message. */
		if (same > 1)
			memory_replace(&l->made[items[i].index], memory_format("%s#%u", first, same));
	}
	(void)sort_items(l);
}

static void free_items(struct listing *l)
{
	for (size_t i = 0; l->made && i < l->maildrop.count; i++)
		free(l->made[i]);
	free(l->made);
	free(l->made_of);
	free(l->items);
	l->made = NULL;
	l->made_of = NULL;
	l->items = NULL;
}

/* Makes the items of the maildrop, and any missing UIDs, which requires sizes. */
static bool make_items(struct listing *l, struct session *s, struct error *err)
{
	size_t unusable;

	l->items = memory_zeroed(l->maildrop.count, sizeof(*l->items));
	unusable = sort_items(l) ? 0 : find_unusable(l);
	if (unusable == 0)
		return true;
	if (!l->maildrop.sized)
		return listing_read_sizes(l, s, err);
	if (!identify(l, s, unusable, err))
		return false;
	number_same(l);
	return true;
}

bool listing_read(struct listing *l, struct session *s, const struct maildrop_total *known, struct error *err)
{
	return session_list(s, &l->maildrop, known, err) && make_items(l, s, err);
}

bool listing_read_sizes(struct listing *l, struct session *s, struct error *err)
{
	free_items(l);
	return session_list_sizes(s, &l->maildrop, err) && make_items(l, s, err);
}

bool listing_is_number(const char *uid, uint32_t number)
{
	uint64_t value;

	return parse_number(uid, strlen(uid), UINT32_MAX, &value) && value == number;
}

static void note_failure(struct plan *plan, struct plan_entry *e, unsigned char kind, uint64_t at)
{
	e->broke = kind == STATE_UNFETCHED_BROKE;
	e->failed = kind == STATE_UNFETCHED_FAILED || kind == STATE_UNFETCHED_REFUSED;
	e->broke_at = kind == STATE_UNFETCHED_REFUSED ? 0 : at;
	e->known.refusals = kind == STATE_UNFETCHED_REFUSED ? at : 0;
	plan->broke += e->broke || e->failed;
}

/* Applies what the state remembers about messages with UIDs for this session alone. */
static bool join_passing(struct state *state, struct plan *plan, struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < plan->count; i++) {
		struct plan_entry *e = &plan->entries[i];
		unsigned char kind;
		uint64_t octets;
		char *key;

		if (!uid_is_of_session(e->uid))
			continue;
		key = message_unfetched_key(e);
		ok = state_get_unfetched(state, key, &kind, &octets, err);
		free(key);
		e->known.outgrown = ok && kind == STATE_UNFETCHED_OUTGREW ? octets : 0;
		note_failure(plan, e, ok ? kind : 0, octets);
	}
	return ok;
}

bool listing_join(struct listing *l, struct state *state, struct state_joined *joined, struct plan *plan,
    struct error *err)
{
	size_t count = l->maildrop.count, unknown = 0;

	if (!state_join(state, l->items, count, joined, err))
		return false;
	plan_make(plan, count);
	for (size_t i = 0; i < count; i++) {
		const struct state_item *item = &l->items[i];
		struct plan_entry *e = &plan->entries[item->index];
		bool steady = item->stayed && !listing_is_number(item->uid, l->maildrop.messages[item->index].number);

		*e = (struct plan_entry){
		    .number = l->maildrop.messages[item->index].number,
		    .octets = item->octets,
		    .uid = item->uid,
		    .known =
			{
			    .delivered = item->known,
			    .when = item->delivered,
			    .reported = item->unfetched == STATE_UNFETCHED_LARGE,
			    .doubt = item->doubt,
			    .foreign = item->foreign || item->other_fields,
			    .outgrown = item->unfetched == STATE_UNFETCHED_OUTGREW ? item->unfetched_octets : 0,
			},
		    .doubtful = item->doubtful,
		    .likely = item->likely || (steady && !item->perhaps),
		    .stayed = steady,
		    .unsure = uid_is_unknown(item->uid),
		    .foreign = item->foreign,
		};
		e->outdated = item->outdated;
		e->fresh = item->found_new && !item->known && !item->doubtful;
		plan->fresh += e->fresh;
		note_failure(plan, e, item->unfetched, item->unfetched_octets);
		plan->doubts += item->doubt;
		plan->foreign += item->foreign;
		unknown += e->unsure;
		plan->unconfirmed += !item->known;
	}
	/* If the first of several messages with the same header is gone, the others have moved up. */
	for (size_t i = 0; i < count && unknown > 0; i++) {
		struct plan_entry *e = &plan->entries[i];

		e->unsure |= !uid_is_given(e->uid) && e->known.delivered;
	}
	return join_passing(state, plan, err);
}

void listing_free(struct listing *l)
{
	free_items(l);
	maildrop_free(&l->maildrop);
}
