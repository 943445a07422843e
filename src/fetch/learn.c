#include "config.h"

#include "fetch/learn.h"

#include "config/account.h"
#include "fetch/connect.h"
#include "fetch/listing.h"
#include "fetch/recognise.h"
#include "policy/plan.h"
#include "store/state.h"

bool learn(const struct learning *l, struct error *err)
{
	const struct account *a = l->account;
	const struct state_maildrop maildrop = {a->server, a->port, a->user};
	struct buf *announced = &l->connection->announced;
	enum state_origin origin = STATE_MAILDROP_SAME;
	struct state_look look = {.now = l->now, .ahead = l->known};
	size_t count = l->listing->maildrop.count;
	struct recognition recognition = {
	    .state = l->state,
	    .session = l->connection->session,
	    .destination = l->destination,
	    .plan = l->plan,
	    .now = l->now,
	    .log = l->log,
	};

	/* An empty listing would show nothing about another maildrop. */
	if ((count > 0 && !state_enter_maildrop(l->state, &maildrop, l->now, &origin, err)) ||
	    !listing_join(l->listing, l->state, &look, l->plan, err) ||
	    !state_note_listing(l->state, l->listing->items, count, l->now, &look, &recognition.missing, err))
		return false;
	recognition.other = origin == STATE_MAILDROP_OTHER;
	return state_misses_others(l->state, l->now, &recognition.must, err) && recognise(&recognition, err) &&
	    (announced->length == 0 || state_set_capabilities(l->state, buf_string(announced), l->now, err)) &&
	    state_note_certificate(l->state, l->certificate_ends, err) &&
	    state_commit(l->state, err);
}
