#include "config.h"

#include "fetch/renumber.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "fetch/top.h"
#include "policy/plan.h"
#include "store/state.h"

static size_t count_unknown(const struct plan *plan)
{
	size_t unknown = 0;

	for (size_t i = 0; i < plan->count; i++)
		unknown += !plan->entries[i].known.delivered;
	return unknown;
}

static bool match(struct state *state, struct plan_entry *e, const struct top_identity *identity, size_t *matched,
    struct error *err)
{
	int64_t delivered;
	bool found;

	/* Next to no header, and it could be another message's as well. */
	if (!identity->telling)
		return true;
	if (!state_take_renumbered(state, identity->header, e->uid, &delivered, &found, err))
		return false;
	if (found) {
		e->known.delivered = true;
		e->known.when = delivered;
		*matched += 1;
	}
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

bool renumber_match(struct state *state, struct session *s, struct plan *plan, size_t missing, bool must,
    const struct log *log, struct error *err)
{
	size_t unknown = count_unknown(plan), filled = 0, matched = 0;
	struct plan_entry **entries;
	uint32_t *numbers;
	struct top_identity *identities;
	bool ok;

	if (unknown == 0 || missing == 0)
		return true;
	log_line(log, LOG_VERBOSE, "%zu known messages are missing: looking whether %zu others are the same with new UIDs",
	    missing, unknown);
	entries = memory_zeroed(unknown, sizeof(*entries));
	numbers = memory_zeroed(unknown, sizeof(*numbers));
	identities = memory_zeroed(unknown, sizeof(*identities));
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->entries[i].known.delivered) {
			entries[filled] = &plan->entries[i];
			numbers[filled++] = plan->entries[i].number;
		}
	}
	ok = top_identify(s, numbers, unknown, identities, err);
	for (size_t i = 0; i < unknown && ok; i++)
		ok = (identities[i].known || !must || refuse(numbers[i], err)) &&
		    match(state, entries[i], &identities[i], &matched, err);
	if (ok)
		log_line(log, LOG_VERBOSE, "%zu of them are", matched);
	free(entries);
	free(numbers);
	free(identities);
	return ok;
}
