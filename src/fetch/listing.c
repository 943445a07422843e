#include "config.h"

#include "fetch/listing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "fetch/top.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "store/state.h"

struct key {
	const char *uid;
	uint32_t index;
};

static int by_uid(const void *a, const void *b)
{
	const struct key *first = a, *second = b;
	int order = strcmp(first->uid, second->uid);

	return order != 0 ? order : (first->index > second->index) - (first->index < second->index);
}

/* The messages sorted by UID, those with the same one in the server's order. */
static struct key *sort_keys(const struct listing *l)
{
	size_t count = l->maildrop.count;
	struct key *keys = memory_zeroed(count, sizeof(*keys));
	bool sorted = true;

	for (size_t i = 0; i < count; i++) {
		keys[i] = (struct key){l->uids[i], (uint32_t)i};
		sorted = sorted && (i == 0 || by_uid(&keys[i - 1], &keys[i]) < 0);
	}
	/* Many servers number their UIDs. */
	if (!sorted)
		qsort(keys, count, sizeof(*keys), by_uid);
	return keys;
}

/* Marks messages that have no UID, or share it: their place in `made` becomes "". Returns how many. */
static size_t find_unusable(struct listing *l)
{
	struct key *keys = sort_keys(l);
	size_t count = l->maildrop.count, found = 0;

	for (size_t i = 0; i < count; i++) {
		bool shared = (i > 0 && strcmp(keys[i].uid, keys[i - 1].uid) == 0) ||
		    (i + 1 < count && strcmp(keys[i].uid, keys[i + 1].uid) == 0);

		if (*keys[i].uid && !shared)
			continue;
		l->made[keys[i].index] = memory_copy_string("");
		found++;
	}
	free(keys);
	return found;
}

static bool refuse_unknown(uint32_t number, struct error *err)
{
	error_set(err, ERROR_PROTOCOL, "the server gives no usable UID for message %" PRIu32 " and refuses TOP", number);
	return error_mend(err, "without either, what was fetched before cannot be told; ask the server's operator for UIDL");
}

/* A UID of what TOP told; the size helps to tell messages apart that have next to no header. */
static char *make_uid(const struct top_identity *t)
{
	char hex[2 * DIGEST_SHORT + 1];

	if (!t->known)
		return memory_format(" unknown:%" PRIu32, t->number);
	digest_hex(hex, t->header, DIGEST_SHORT);
	return memory_format(" header:%s:%" PRIu64, hex, t->octets);
}

/* TOP for the marked messages, and UIDs of what it tells. */
static bool identify(struct listing *l, struct session *s, size_t unusable, struct error *err)
{
	struct top_identity *tops = memory_zeroed(unusable, sizeof(*tops));
	size_t filled = 0, known = 0;
	bool ok;

	for (size_t i = 0; i < l->maildrop.count; i++) {
		const struct maildrop_message *m = &l->maildrop.messages[i];

		if (l->made[i])
			tops[filled++] = (struct top_identity){.number = m->number, .octets = m->octets, .uid = ""};
	}
	ok = top_identify(s, tops, unusable, true, err);
	for (size_t i = 0; i < unusable; i++)
		known += tops[i].known;
	if (ok && known == 0)
		ok = refuse_unknown(tops[0].number, err);
	filled = 0;
	for (size_t i = 0; i < l->maildrop.count && ok; i++) {
		if (!l->made[i])
			continue;
		free(l->made[i]);
		l->made[i] = make_uid(&tops[filled++]);
		l->uids[i] = l->made[i];
	}
	free(tops);
	return ok;
}

/* The second, third ... message with the same header gets its number behind it. */
static void number_same(struct listing *l)
{
	struct key *keys = sort_keys(l);
	const char *first = "";
	unsigned same = 1;

	for (size_t i = 0; i < l->maildrop.count; i++) {
		size_t index = keys[i].index;

		same = strcmp(keys[i].uid, first) == 0 ? same + 1 : 1;
		first = same == 1 ? keys[i].uid : first;
		if (same > 1) {
			char *numbered = memory_format("%s#%u", keys[i].uid, same);

			/* The text of the first one lives on: it is that one's own. */
			free(l->made[index]);
			l->made[index] = numbered;
			l->uids[index] = numbered;
		}
	}
	free(keys);
}

bool listing_read(struct listing *l, struct session *s, struct error *err)
{
	size_t count, unusable;

	if (!session_list(s, &l->maildrop, err))
		return false;
	count = l->maildrop.count;
	l->uids = memory_zeroed(count, sizeof(*l->uids));
	l->made = memory_zeroed(count, sizeof(*l->made));
	for (size_t i = 0; i < count; i++)
		l->uids[i] = maildrop_uid(&l->maildrop, &l->maildrop.messages[i]);
	unusable = find_unusable(l);
	if (unusable == 0)
		return true;
	if (!identify(l, s, unusable, err))
		return false;
	number_same(l);
	return true;
}

bool listing_join(struct listing *l, struct state *state, struct state_look *look, struct plan *plan, struct error *err)
{
	size_t count = l->maildrop.count, unknown = 0;
	struct key *keys = sort_keys(l);

	l->order = memory_zeroed(count, sizeof(*l->order));
	l->items = memory_zeroed(count, sizeof(*l->items));
	for (size_t i = 0; i < count; i++) {
		l->order[i] = keys[i].index;
		l->items[i].uid = keys[i].uid;
		l->items[i].octets = l->maildrop.messages[keys[i].index].octets;
	}
	free(keys);
	if (!state_join(state, l->items, count, look, err))
		return false;
	plan_make(plan, count);
	for (size_t i = 0; i < count; i++) {
		struct plan_entry *e = &plan->entries[l->order[i]];
		const struct maildrop_message *m = &l->maildrop.messages[l->order[i]];

		*e = (struct plan_entry){
		    .number = m->number,
		    .octets = m->octets,
		    .uid = l->items[i].uid,
		    .known = {.delivered = l->items[i].known, .when = l->items[i].delivered, .told = l->items[i].told},
		    .doubtful = l->items[i].doubtful,
		    .likely = l->items[i].likely,
		    .unsure = strncmp(l->items[i].uid, " unknown:", 9) == 0,
		};
		unknown += e->unsure;
	}
	/* One of those may be the first of several that are the same: then the others have changed places. */
	for (size_t i = 0; i < count && unknown > 0; i++) {
		struct plan_entry *e = &plan->entries[i];

		e->unsure |= e->uid[0] == ' ' && e->known.delivered;
	}
	return true;
}

void listing_free(struct listing *l)
{
	for (size_t i = 0; l->made && i < l->maildrop.count; i++)
		free(l->made[i]);
	free(l->made);
	free(l->uids);
	free(l->order);
	free(l->items);
	maildrop_free(&l->maildrop);
	*l = (struct listing){0};
}
