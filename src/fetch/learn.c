#include "config.h"

#include "fetch/learn.h"

#include "config/account.h"
#include "fetch/connect.h"
#include "fetch/fresh.h"
#include "fetch/listing.h"
#include "fetch/recognition.h"
#include "fetch/recognize.h"
#include "fetch/top_order.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "state/foreign.h"
#include "state/join.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/state.h"
#include "state/summary.h"

/*
 * Below this number of known messages, sizes are requested at once: sending so many takes no longer than a round
 * trip.
 */
enum { SIZES_AT_ONCE = 1000 };

/* Joins a listing with the state. Without sizes it can only establish that nothing has changed. */
static bool join(const struct learning *l, struct state_joined *joined, struct error *err)
{
	if (!listing_join(l->listing, l->state, joined, l->plan, err))
		return false;
	if (l->listing->maildrop.sized || (l->plan->unconfirmed == 0 && !joined->differs))
		return true;
	plan_free(l->plan);
	return listing_read_sizes(l->listing, l->connection->session, err) &&
	    listing_join(l->listing, l->state, joined, l->plan, err);
}

static bool learn_with(const struct learning *l, const struct state_rows *known, struct error *err)
{
	const struct account *a = l->account;
	const struct state_maildrop maildrop = {a->server, a->port, a->login.user};
	struct buf *announced = &l->connection->announced;
	enum state_origin origin = STATE_MAILDROP_SAME;
	struct state_joined joined = {.now = l->now, .ahead = known};
	struct recognition recognition = {
	    .state = l->state,
	    .session = l->connection->session,
	    .destination = l->destination,
	    .plan = l->plan,
	    .max_octets = l->account->retention.max_octets,
	    .broken = l->listing->broken,
	    .now = l->now,
	    .log = l->log,
	};

	/* An empty listing says nothing about whether the maildrop is another one. */
	if ((l->listing->maildrop.count > 0 && !state_enter_maildrop(l->state, &maildrop, l->now, &origin, err)) ||
	    !join(l, &joined, err) || !top_order_check_made(l->connection->session, l->plan, err) ||
	    !state_note_listing(l->state, l->listing->items, l->listing->maildrop.count, l->now, &joined,
		&recognition.missing, err))
		return false;
	fresh_mark(l->plan);
	recognition.made_of = (const unsigned char(*)[DIGEST_SHORT])l->listing->made_of;
	recognition.other = origin == STATE_MAILDROP_OTHER;
	recognition.deletes = l->account->retention.mode != RETENTION_FOREVER && l->destination;
	recognition.moved = l->plan->count > 1 && l->plan->unconfirmed == l->plan->count;
	return state_misses_others(l->state, l->now, &recognition.header_required, err) &&
	    state_has_foreign(l->state, &recognition.foreign, err) && recognize(&recognition, err) &&
	    (announced->length == 0 || state_set_capabilities(l->state, buf_string(announced), l->now, err)) &&
	    state_note_certificate(l->state, l->certificate_ends, err) && state_commit(l->state, err);
}

bool learn(const struct learning *l, struct error *err)
{
	return learn_with(l, NULL, err);
}

bool learn_from_server(const struct learning *l, bool deletes, enum step *step, struct error *err)
{
	struct session *session = l->connection->session;
	struct state_rows *known = NULL;
	struct maildrop_total total;
	bool few, all, ok = false;

	*step = STEP_STATE;
	if (!state_read_ahead(l->state, SIZES_AT_ONCE, &known, err))
		goto out;
	few = state_rows_listed(known, &total.messages, &total.octets);
	*step = STEP_LIST;
	if (!session_ask_list(session, few || deletes, err))
		goto out;
	*step = STEP_STATE;
	if (!state_read_ahead(l->state, SIZE_MAX, &known, err))
		goto out;
	all = state_rows_listed(known, &total.messages, &total.octets);
	*step = STEP_LIST;
	l->listing->all_deleted = l->all_deleted;
	l->listing->max_octets = l->account->retention.max_octets;
	ok = listing_read(l->listing, session, all ? &total : NULL, err) && learn_with(l, known, err);
out:
	state_rows_free(&known);
	return ok;
}
