#include "config.h"

#include "fetch/retry.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "fetch/limits.h"
#include "fetch/recover.h"
#include "fetch/run_options.h"
#include "fetch/worker_private.h"
#include "io/stream.h"
#include "policy/plan.h"
#include "pop3/maildrop.h"
#include "pop3/session.h"

enum {
	UNPIPELINED_LOST_SECONDS = 3600, /* time without pipelining if only the connection was lost */
	LOST_MOST = 2,			 /* lost connections attributed to the network before pipelining is blamed */
};

/* Whether the server may have failed because it was sent several commands at once. */
static bool blames_pipelining(const struct worker *w, const struct error *err)
{
	return !w->session.result.gave_up && w->session.result.outgrown == 0 &&
	    (w->session.result.out_of_step ||
		((err->kind == ERROR_NETWORK || err->kind == ERROR_PROTOCOL) && w->session.connection.session &&
		    session_is_crowded(w->session.connection.session)));
}

/*
 * Leaves out a message whose header breaks the session, and reports it. A server may refuse every TOP and hang up;
 * that is not attributed to messages.
 */
static bool learn_top(struct worker *w, const struct error *err)
{
	const struct session *s = w->session.connection.session;
	const struct maildrop *m = &w->session.listing.maildrop;
	struct top_broken *b = &w->lessons.broken;
	struct error named = *err;
	bool others;
	uint32_t number = s ? session_broke_at_top(s, &others) : 0;
	const struct maildrop_message *message = NULL;

	for (size_t i = 0; number > 0 && i < m->count; i++) {
		if (m->messages[i].number == number)
			message = &m->messages[i];
	}
	if (!message || session_window(s) > 1 || b->count == TOP_BROKEN_MOST ||
	    (err->kind != ERROR_NETWORK && err->kind != ERROR_PROTOCOL) ||
	    (!others && b->count > (err->server[0] ? 0 : 1)))
		return false;
	b->messages[b->count].number = number;
	b->messages[b->count++].octets = message->octets;
	error_set(&named, err->kind, "message %" PRIu32 " of %" PRIu64 " bytes is skipped: %s", number, message->octets,
	    err->cause);
	named.temporary = err->temporary;
	error_server(&named, err->server, strlen(err->server));
	error_hint(&named, "it stays on the server; the next run tries again");
	notices_report(&w->notices, w->step, &named);
	return true;
}

/*
 * Servers delete at QUIT. A server that ends every session after some number of commands, or some time, may never
 * get there. Messages that an earlier run failed to delete are then deleted in parts, in sessions that do nothing
 * else; each session that breaks halves the part. A server that breaks at QUIT during such a session is not tried
 * again.
 */
static bool learn_part(struct worker *w, const struct error *err)
{
	size_t erase = w->session.plan.summary.erase;
	bool at_quit = w->step == STEP_QUIT;

	if ((at_quit && w->lessons.part > 0) || !w->overdue || w->options->dry_run ||
	    (err->kind != ERROR_NETWORK && !w->session.result.gave_up) || erase == 0 ||
	    (erase == 1 && w->session.plan.summary.fetch == 0))
		return false;
	w->lessons.part = (erase + 1) / 2;
	log_line(&w->log, LOG_VERBOSE, "%s; deleting %zu messages in a separate session", err->cause, w->lessons.part);
	return true;
}

/*
 * A connection may be lost regardless of what is sent. Messages received in this session show that the server can
 * pipeline.
 */
static bool is_lost_by_chance(struct worker *w, const struct error *err)
{
	return w->session.result.fetched > 0 && !w->session.result.out_of_step && err->kind == ERROR_NETWORK &&
	    stream_time_over(w->session.connection.stream) == 0 && w->lessons.lost++ < LOST_MOST;
}

/* Returns whether a message other than the blamed one failed before. The next session asks for it first. */
static bool has_failed_before(const struct worker *w)
{
	for (size_t i = 0; i < w->session.plan.count; i++) {
		const struct plan_entry *e = &w->session.plan.entries[i];

		if (e->failed && e != w->session.result.blamed[0])
			return true;
	}
	return false;
}

/*
 * One message that does not fit on the disk takes its whole batch with it. Another session fetches the messages one by
 * one, and last those that did not fit before. It ends if nothing more fits.
 */
static bool learn_room(struct worker *w, const struct error *err)
{
	const struct plan_entry *e = w->session.result.blamed[0];
	struct error second;

	if (!w->session.result.lacks_room || (e && e->failed) || limits_left(w).messages == 0 ||
	    (w->lessons.singly && (!e || w->session.result.fetched == 0)))
		return false;
	/* A failed append may have left a part of a message in the mbox. */
	if (!recover_mbox(w->state, w->destination, NULL, &second))
		return false;
	log_line(&w->log, LOG_VERBOSE, "%s; trying again, one message at a time", err->cause);
	/* The next session may end before it asks for this message. */
	if (has_failed_before(w))
		notices_report(&w->notices, w->step, err);
	w->lessons.singly = true;
	return true;
}

bool retry_learn(struct worker *w, const struct error *err)
{
	bool lost = err->kind == ERROR_NETWORK && !w->session.result.out_of_step;
	bool blames = w->lessons.pipelining && blames_pipelining(w, err) && limits_left(w).messages > 0;

	if (deadline_left(w->lessons.memory.until) == 0)
		return false;
	if (connect_failed_at_capa(&w->session.connection, &w->lessons.memory, err)) {
		log_line(&w->log, LOG_VERBOSE, "%s; trying again without CAPA", err->cause);
	} else if (w->session.result.outgrown > 0) {
		notices_report(&w->notices, w->step, err);
	} else if (blames && is_lost_by_chance(w, err)) {
		log_line(&w->log, LOG_VERBOSE, "%s; trying again", err->cause);
	} else if (blames) {
		/* Some servers announce PIPELINING but fail at it: the remaining messages are fetched without. */
		log_line(&w->log, LOG_VERBOSE, "%s; trying again with one command at a time", err->cause);
		w->lessons.pipelining = false;
		w->lessons.crowded = w->sessions;
		w->lessons.unpipelined = w->clock.now + (lost ? UNPIPELINED_LOST_SECONDS : WORKER_UNPIPELINED_SECONDS);
	} else if (!w->lessons.mute &&
	    (w->session.result.unasked ||
		(w->session.connection.session && session_broke_at_ask(w->session.connection.session)))) {
		log_line(&w->log, LOG_VERBOSE, "%s; trying again without this query", err->cause);
		w->lessons.mute = true;
	} else {
		return learn_room(w, err) || learn_top(w, err) || learn_part(w, err);
	}
	return true;
}
