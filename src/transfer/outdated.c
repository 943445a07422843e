#include "config.h"

#include "transfer/outdated.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/account.h"
#include "policy/plan.h"
#include "state/record.h"
#include "state/sizes.h"
#include "transfer/run.h"

static int by_entry(const void *a, const void *b)
{
	const struct plan_entry *x = ((const struct outdated *)a)->entry, *y = ((const struct outdated *)b)->entry;

	return (x > y) - (x < y);
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_SIZE);
}

static bool add(struct run *r, const struct plan_entry *e, struct error *err)
{
	struct outdated *o = &r->outdated[r->outdated_count];
	struct state_record record;
	bool found;

	if (!state_get_doubt(r->t->state, e->uid, &record, &found, err))
		return false;
	if (!found)
		return true;
	*o = (struct outdated){.entry = e, .octets = record.octets, .found = record.doubt == STATE_DOUBT_FOUND};
	memcpy(o->digests.whole, record.sha256, DIGEST_SIZE);
	memcpy(o->digests.bare, record.bare, DIGEST_SIZE);
	memcpy(r->outdated_texts[r->outdated_count++], record.sha256, DIGEST_SIZE);
	return true;
}

/* Reads the records once, in the order of the plan. */
static bool load(struct run *r, struct error *err)
{
	size_t count = 0;

	if (r->outdated)
		return true;
	for (size_t i = 0; i < r->plan->count; i++)
		count += r->plan->entries[i].outdated;
	r->outdated = memory_zeroed(count + 1, sizeof(*r->outdated));
	r->outdated_texts = memory_zeroed(count + 1, sizeof(*r->outdated_texts));
	for (size_t i = 0; i < r->plan->count; i++) {
		if (r->plan->entries[i].outdated && !add(r, &r->plan->entries[i], err))
			return false;
	}
	if (r->outdated_count > 0)
		qsort(r->outdated_texts, r->outdated_count, DIGEST_SIZE, by_digest);
	return true;
}

/* Returns the record of the message that has arrived, or NULL. */
static const struct outdated *own_record(const struct run *r)
{
	const struct outdated key = {.entry = r->arrival.entry};

	return r->outdated_count > 0 ? bsearch(&key, r->outdated, r->outdated_count, sizeof(key), by_entry) : NULL;
}

static bool is_recorded_text(const struct run *r, const struct state_digests *digests)
{
	return r->outdated_count > 0 &&
	    bsearch(digests->whole, r->outdated_texts, r->outdated_count, DIGEST_SIZE, by_digest);
}

void outdated_add(struct run *r, const char *bytes, size_t length)
{
	struct arrival *a = &r->arrival;

	while (length > 0) {
		const char *cr = memchr(bytes, '\r', length);
		size_t text = cr ? (size_t)(cr - bytes) : length, taken = text + (cr != NULL);

		if (a->held_cr && bytes[0] != '\n')
			marks_add(&a->marks_lf, "\r", 1);
		marks_add(&a->marks_lf, bytes, text);
		a->held_cr = cr != NULL;
		bytes += taken;
		length -= taken;
	}
}

static bool has_text(const struct outdated *o, const struct state_digests *digests)
{
	return memcmp(o->digests.whole, digests->whole, DIGEST_SIZE) == 0 ||
	    (o->found && memcmp(o->digests.bare, digests->bare, DIGEST_SIZE) == 0);
}

/* Returns whether the copy was delivered with LF, before the account kept CRLF. */
static bool has_text_with_lf(const struct run *r, const struct outdated *o)
{
	struct marks marks = r->arrival.marks_lf;
	struct state_digests digests;

	if (!r->t->account->delivery.crlf || !o->found)
		return false;
	(void)marks_end(&marks, digests.whole, digests.bare);
	return has_text(o, &digests);
}

bool outdated_compare(struct run *r, const struct state_digests *digests, enum outdated_text *text, struct error *err)
{
	const struct outdated *own;

	if (!load(r, err))
		return false;
	own = own_record(r);
	if (own && (has_text(own, digests) || has_text_with_lf(r, own)))
		*text = OUTDATED_SAME;
	else
		*text = is_recorded_text(r, digests) ? OUTDATED_OTHER : OUTDATED_NONE;
	return true;
}

bool outdated_was_found(const struct run *r)
{
	const struct outdated *own = own_record(r);

	return own && own->found;
}

bool outdated_is_longer(const struct run *r)
{
	const struct outdated *own = own_record(r);

	return own && own->found && own->octets > r->arrival.octets;
}
