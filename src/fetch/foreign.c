#include "config.h"

#include "fetch/foreign.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/uid.h"
#include "fetch/recognition.h"
#include "fetch/top.h"
#include "policy/evidence.h"
#include "policy/plan.h"
#include "state/foreign.h"
#include "state/match.h"
#include "state/record.h"
#include "state/sizes.h"

bool foreign_may_be(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *may_be, struct error *err)
{
	enum core_likeness like;
	char *key;

	*may_be = r->foreign && !top->known;
	if (!r->foreign || !top->known)
		return true;
	if (!state_find_foreign(r->state, &top->core, e->octets, false, r->now, &like, &key, err))
		return false;
	free(key);
	*may_be = like == CORE_PERHAPS;
	return true;
}

static void hold(const struct recognition *r, struct plan_entry *e, enum core_likeness like)
{
	r->plan->doubts += !e->known.doubt;
	e->known.doubt = true;
	e->known.foreign = like != CORE_SAME;
	e->foreign = like == CORE_LIKELY;
	r->plan->foreign += e->foreign;
}

/*
 * The retrieved text is that of the copy. It may still be incomplete, as the copy may be: then its size is not the one
 * that the server gives (policy/evidence), and other messages decide (transfer/doubt). Sets *sure if it is complete.
 */
static bool take_same(const struct recognition *r, const struct plan_entry *e, const struct top_identity *top,
    bool *sure, struct error *err)
{
	const struct evidence_sizes *sizes = &top->sizes;
	bool suspect = evidence_is_suspect(sizes);
	const struct state_record record = {
	    .uid = e->uid,
	    .wire = sizes->wire,
	    .listed = sizes->listed,
	    .said = sizes->said,
	    .dots = sizes->dots,
	    .doubt = evidence_is_plain(sizes) ? STATE_SURE
		: suspect		      ? STATE_DOUBT_CONTENT
					      : STATE_DOUBT_SIZE,
	};

	*sure = record.doubt == STATE_SURE;
	return state_set_retried(r->state, &record, err);
}

bool foreign_match(const struct recognition *r, struct plan_entry *e, const struct top_identity *top, bool *found,
    struct error *err)
{
	enum core_likeness like = CORE_DIFFERENT;
	char *key = NULL;
	bool sure = false,
	     ok = !r->foreign || !top->known ||
	    state_find_foreign(r->state, &top->core, e->octets, top->whole, r->now, &like, &key, err);

	*found = ok && like != CORE_DIFFERENT && like != CORE_PERHAPS;
	if (*found)
		ok = state_take_foreign(r->state, key, e->uid, e->octets, &e->known.when, err);
	if (ok && *found && like == CORE_SIMILAR)
		ok = state_set_doubt(r->state, e->uid, STATE_DOUBT_FIELDS, err);
	if (ok && *found && like == CORE_SAME)
		ok = take_same(r, e, top, &sure, err);
	e->known.delivered |= ok && *found;
	if (ok && *found && !sure)
		hold(r, e, like);
	free(key);
	return ok;
}

bool foreign_hold_again(const struct recognition *r, struct plan_entry *e, struct error *err)
{
	enum state_doubt doubt;

	if (!state_read_doubt(r->state, e->uid, &doubt, err))
		return false;
	if (doubt == STATE_DOUBT_FOREIGN)
		hold(r, e, CORE_LIKELY);
	else if (doubt == STATE_DOUBT_FIELDS)
		hold(r, e, CORE_SIMILAR);
	return true;
}

static bool settle(const struct recognition *r, struct plan_entry *e, const struct top_identity *top, struct error *err)
{
	enum core_likeness like;
	bool sure = false;

	if (!state_compare_foreign(r->state, e->uid, &top->core, &like, err))
		return false;
	e->foreign = false;
	e->retrieved = true;
	r->plan->foreign--;
	if (like == CORE_SIMILAR)
		return state_set_doubt(r->state, e->uid, STATE_DOUBT_FIELDS, err);
	e->known.foreign = false;
	if (like == CORE_SAME && !take_same(r, e, top, &sure, err))
		return false;
	if (like == CORE_SAME && !sure)
		return true;
	e->known.doubt = false;
	r->plan->doubts--;
	if (sure)
		return true;
	log_line(r->log, LOG_VERBOSE, "message %" PRIu32 " is not the one in the destination with the same header",
	    e->number);
	e->known.delivered = false;
	return state_displace(r->state, e->uid, r->now, err);
}

static bool wants(const struct recognition *r, const struct plan_entry *e)
{
	return e->foreign && e->known.delivered && e->octets <= TOP_OCTETS_MOST &&
	    (r->max_octets == 0 || e->octets <= r->max_octets) && !top_is_broken(r->broken, e->number, e->octets);
}

bool foreign_compare(const struct recognition *r, struct error *err)
{
	/* The others stay on the server until a later run. */
	size_t most = r->plan->foreign < top_most() ? r->plan->foreign : top_most(), count = 0;
	struct plan_entry **entries = memory_zeroed(most, sizeof(*entries));
	struct top_identity *tops = memory_zeroed(most, sizeof(*tops));
	bool ok;

	for (size_t i = 0; i < r->plan->count && count < most; i++) {
		struct plan_entry *e = &r->plan->entries[i];

		if (!wants(r, e))
			continue;
		tops[count] = (struct top_identity){.number = e->number,
		    .octets = e->octets,
		    .uid = uid_given(e->uid),
		    .whole = true,
		    .cored = true};
		entries[count++] = e;
	}
	if (count > 0)
		log_line(r->log, LOG_VERBOSE, "retrieving %zu messages to compare them with copies in the destination",
		    count);
	ok = top_identify(r->session, tops, count, false, err);
	for (size_t i = 0; ok && i < count; i++) {
		if (tops[i].known)
			ok = settle(r, entries[i], &tops[i], err);
	}
	free(entries);
	free(tops);
	return ok;
}
