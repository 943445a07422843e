#include "config.h"

#include "transfer/transfer.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/account.h"
#include "deliver/destination.h"
#include "io/interrupt.h"
#include "policy/plan.h"
#include "pop3/maildrop.h"
#include "pop3/session.h"
#include "state/state.h"
#include "state/unfetched.h"
#include "transfer/arrival.h"
#include "transfer/blame.h"
#include "transfer/commit.h"
#include "transfer/flight.h"
#include "transfer/message.h"
#include "transfer/run.h"
#include "transfer/sync_check.h"
#include "transfer/waiting.h"

enum {
	FLIGHT_OCTETS = 8 * 1024 * 1024, /* limit of octets requested and not arrived */
	TICK_MS = 100,			 /* interval for reporting progress and checking for interruption */
	GRACE_MS = 1000,		 /* time for messages in flight after an interruption */
	LATE_MS = 60000,		 /* time for messages in flight after max_time; at most half of max_time */
};

static bool is_fetch(const struct plan_entry *e)
{
	return e->decision.action == RETENTION_FETCH || e->decision.action == RETENTION_FETCH_AND_DELETE;
}

/* Returns the next message to ask for, or NULL: first those of the plan, then those that are asked for again. */
static struct plan_entry *next_entry(struct run *r)
{
	if (r->repeating)
		return r->again_next < r->again_count ? r->again[r->again_next].entry : NULL;
	while (r->next < r->plan->count && !is_fetch(&r->plan->entries[r->next]))
		r->next++;
	return r->next < r->plan->count ? &r->plan->entries[r->next] : NULL;
}

/* Stops asking for messages. */
static void leave_remaining(struct run *r)
{
	for (; r->next < r->plan->count; r->next++)
		r->result->left_over += is_fetch(&r->plan->entries[r->next]);
	/* These were retrieved once, and are not stored. */
	r->result->left_over += r->again_count - r->again_next;
	r->result->not_taken += r->again_count - r->again_next;
	r->again_count = r->again_next;
}

/*
 * A message at which an earlier session broke or failed is asked for after all others are safe, because this session may
 * also end at it.
 */
static bool waits(const struct run *r, const struct plan_entry *e)
{
	return (e->broke || e->failed) &&
	    (r->batch.count > 0 || r->arrival.ended || r->flight.arrived < r->flight.sent);
}

/* Whether only deletions remain to be done in this session. */
static bool only_deletes(struct run *r)
{
	return r->deletion_count > 0 && !next_entry(r) && (r->repeating || r->again_count == 0) &&
	    r->batch.count == 0 && r->waiting_count == 0 && r->flight.arrived == r->flight.sent;
}

/*
 * Queues DELE for safe messages, questions, and RETR, while there is room in the window. It fills at least a
 * quarter of the window at a time, so that one TLS record carries many commands.
 */
static void fill_window(struct run *r)
{
	struct session *s = r->t->session;
	size_t window = session_window(s);
	struct plan_entry *e;

	if (session_queued(s) > window - window / 4)
		return;
	while (session_queued(s) < window && r->deletion_next < r->deletion_count)
		session_queue(s, COMMAND_DELE, r->deletions[r->deletion_next++]->number);
	if (session_queued(s) < window && r->deletion_next == r->deletion_count && !r->counted && only_deletes(r)) {
		session_queue(s, COMMAND_STAT, 0);
		r->counted = true;
	}
	while (session_queued(s) < window) {
		e = next_entry(r);
		if (sync_check_is_due(r)) {
			sync_check_ask(r);
			continue;
		}
		if (!e || !flight_may_retrieve(r) || waits(r, e))
			return;
		/*
		 * One message is always requested; otherwise a run whose login takes that long would never make
		 * progress.
		 */
		if (r->flight.sent > 0 && deadline_left(r->t->until) == 0) {
			uint64_t left_over = r->result->left_over;

			log_line(r->t->log, LOG_VERBOSE, "max_time reached; the next run fetches the rest");
			leave_remaining(r);
			r->result->left_over = left_over;
			continue;
		}
		/* Even with large messages, the next one is requested before the current one ends. */
		if (r->flight.octets > FLIGHT_OCTETS && session_queued(s) > 1)
			return;
		flight_retrieve(r, e);
		*(r->repeating ? &r->again_next : &r->next) += 1;
	}
}

/* A refusal is reported when the session continues. A server that refuses and hangs up has given its reason. */
static void keep_refusal(struct run *r, const struct session_event *event)
{
	struct error *err = &r->refusal;

	if (event->command == COMMAND_DELE)
		error_set(err, ERROR_PROTOCOL, "the server refused to delete message %u", event->number);
	else
		error_set(err, ERROR_PROTOCOL, "the server refused to send message %u", event->number);
	error_server(err, event->text, event->length);
	error_hint(err, "it stays on the server; the next run tries again");
	err->temporary = true;
	r->refused = event->command == COMMAND_DELE ? REFUSED_DELE : REFUSED_RETR;
}

/* After an interruption: stops asking for messages. Returns false if the time for messages in flight is over. */
static bool stop_asking(struct run *r, struct error *err)
{
	leave_remaining(r);
	return !interrupt_is_due() || interrupt_error(err);
}

static void report_progress(void *context)
{
	const struct run *r = context;

	if (r->t->progress)
		r->t->progress(r->t->context, r->arrived, r->arrived_octets);
}

/* Called while octets arrive, with the number received of the current message. */
static bool tick(struct run *r, uint64_t octets, struct error *err)
{
	r->arrived_octets += octets - r->arriving;
	r->arriving = octets;
	if (deadline_left(r->tick) > 0)
		return true;
	r->tick = deadline_clock() + TICK_MS;
	report_progress(r);
	if (deadline_left(r->hard) == 0)
		return blame_late(err);
	return !interrupt_came() || stop_asking(r, err);
}

static void take_deletion(struct run *r, const struct session_event *event)
{
	struct plan_entry *e = r->deletions[r->deletion_answered++];

	e->deleted = event->type == SESSION_OK;
	r->result->deleted += e->deleted;
	if (!e->deleted)
		keep_refusal(r, event);
}

/*
 * If the answer contains no numbers, there was one answer too many. QUIT's answer may then belong to another
 * command, and the deletions are unconfirmed.
 */
static void take_count(struct run *r, const struct session_event *event)
{
	struct maildrop_total total;

	r->result->uncounted = event->type != SESSION_OK || !maildrop_read_total(event->text, event->length, &total);
	r->result->unsure |= r->result->uncounted;
}

static bool take(struct run *r, const struct session_event *event, struct error *err)
{
	message_report_refusal(r);
	r->heard = event->command;
	if (event->command == COMMAND_DELE) {
		take_deletion(r, event);
		return true;
	}
	if (event->command == COMMAND_STAT) {
		take_count(r, event);
		return true;
	}
	if (event->command == COMMAND_ASK_UID || event->command == COMMAND_ASK_SIZE)
		return sync_check_take_answer(r, event, err);
	switch (event->type) {
	case SESSION_REFUSED:
		arrival_refuse(r);
		keep_refusal(r, event);
		return true;
	case SESSION_OK:
		if (r->arrival.ended)
			return error_set(err, ERROR_INTERNAL,
			    "a message arrived before the previous one was processed");
		arrival_start(r, event);
		r->flight.given = r->flight.arrived;
		return true;
	case SESSION_DATA:
		return arrival_take(r, event, err) && tick(r, event->octets, err);
	default:
		r->arrived++;
		if (!arrival_end(r, event, err) || !tick(r, event->octets, err))
			return false;
		r->arriving = 0;
		return true;
	}
}

/*
 * Notes a message that was refused, or came short twice, so that it is last in the next run and does not use up a
 * limit before others.
 */
static bool note_failed(struct run *r, const struct plan_entry *e, struct error *err)
{
	char *key = e->broke ? NULL : message_unfetched_key(e);
	bool ok = !key ||
	    state_note_unfetched(r->t->state, key, STATE_UNFETCHED_FAILED, (uint64_t)r->t->now * 1000, r->t->now, err);

	free(key);
	r->noted |= key != NULL;
	return ok;
}

static bool handle(struct run *r, const struct session_event *event, struct error *err)
{
	uint64_t before = r->result->not_taken;

	if (!take(r, event, err))
		return false;
	if ((r->result->not_taken == before || !r->repeating) && r->refused != REFUSED_RETR)
		return true;
	return note_failed(r, r->arrival.entry, err);
}

/* Nothing is in flight: starts the next task. *over is set if there is none. */
static bool go_on(struct run *r, bool *over, struct error *err)
{
	/*
	 * If nothing more is coming, the last batch is checked by a question and committed. Then waiting messages
	 * are settled, and deletions follow.
	 */
	if (r->checks.verified < r->batch.count && flight_is_checked(r)) {
		sync_check_ask(r);
	} else if (next_entry(r)) {
		return commit_batch(r, err);
	} else if (!r->repeating && r->again_count > 0) {
		r->repeating = true;
	} else if (!commit_batch(r, err) || !waiting_settle(r, err)) {
		return false;
	} else if (r->deletion_next == r->deletion_count) {
		*over = true;
	} else {
		*r->t->step = STEP_DELETE;
	}
	return true;
}

/*
 * With one command at a time, the server sent more after its answer to DELE. Its answers can no longer be assigned
 * to commands. Messages already deleted are stored safely, so the session continues to QUIT, and each such session
 * deletes something.
 */
static void end_at_deletion(struct run *r)
{
	const struct plan_entry *e = r->deletions[r->deletion_answered - 1];
	char name[MESSAGE_NAME];
	struct error err;

	session_drain(r->t->session);
	message_name(e, name);
	error_set(&err, ERROR_PROTOCOL, "after its reply to DELE of %s, the server sent more than was requested", name);
	error_hint(&err, "the session ends here; the next run continues");
	r->t->problem(r->t->context, TRANSFER_KEPT, STEP_DELETE, &err);
	r->result->unsure = true;
}

static bool ends_at_deletion(const struct run *r)
{
	return r->heard == COMMAND_DELE && session_window(r->t->session) == 1 && r->batch.count == 0 &&
	    !r->arrival.ended;
}

static bool run_all(struct run *r, struct error *err)
{
	struct session_event event;
	bool over = false;

	while (!over) {
		if (!session_is_quiet(r->t->session)) {
			if (!ends_at_deletion(r))
				return blame_noise(r, err);
			end_at_deletion(r);
			break;
		}
		if (interrupt_noted() && !stop_asking(r, err))
			return false;
		fill_window(r);
		if (session_queued(r->t->session) == 0) {
			if (!go_on(r, &over, err))
				return false;
			continue;
		}
		session_expect(r->t->session, r->flight.octets + r->arrival.left);
		if (!session_next(r->t->session, &event, err) || !handle(r, &event, err))
			return false;
	}
	message_report_refusal(r);
	return true;
}

/* Collects the messages delivered by earlier runs that are due for deletion. */
static void collect_deletions(struct run *r)
{
	r->deletions = memory_zeroed(r->plan->count, sizeof(struct plan_entry *));
	for (size_t i = 0; i < r->plan->count; i++) {
		if (r->plan->entries[i].decision.action == RETENTION_DELETE)
			r->deletions[r->deletion_count++] = &r->plan->entries[i];
	}
}

/*
 * After a failure. A broken connection does not harm complete messages: those that are certainly the right ones are
 * kept. After a failure of storage nothing is certain, and the batch is undone.
 */
static void save_what_is_whole(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	enum step step = *r->t->step;
	bool broke = err->kind == ERROR_NETWORK || err->kind == ERROR_INTERRUPTED || r->result->outgrown > 0 ||
	    r->result->gave_up ||
	    (err->kind == ERROR_PROTOCOL && !r->result->out_of_step && session_window(r->t->session) == 1);
	bool stored = err->kind != ERROR_STORAGE && err->kind != ERROR_LOCKED;
	size_t sure = broke ? flight_keep_likely(r) : r->checks.verified;
	struct error second;

	d->ops->discard(d);
	if (stored) {
		if (batch_keep(&r->batch, d, sure, &second) && commit_batch(r, &second)) {
			*r->t->step = step;
			return;
		}
		/* A storage failure is worse than the broken connection; nothing more is tried. */
		*err = second;
		r->result->out_of_step = false;
	} else {
		*r->t->step = step;
	}
	d->ops->rollback(d);
	state_rollback(r->t->state);
}

static void prepare(struct run *r)
{
	const struct plan *plan = r->plan;
	int64_t half = r->t->account->limits.max_time * 1000 / 2, now = deadline_clock();

	r->tick = now + TICK_MS;
	/* Messages in flight then get some time to finish, even if the login took all of max_time. */
	r->hard = (r->t->until > now ? r->t->until : now) + (half > 0 && half < LATE_MS ? half : LATE_MS);
	session_set_deadline(r->t->session, r->hard);
	r->checks.mute = !session_may_ask(r->t->session);
	if (r->t->progress)
		session_on_idle(r->t->session, report_progress, r);
	/* Most runs find nothing to do, even in the largest maildrops. */
	if (plan->summary.fetch == 0 && plan->summary.erase == 0) {
		r->next = plan->count;
		return;
	}
	collect_deletions(r);
	/* Room for each message twice, as some are asked for again. */
	r->flight.order = memory_zeroed(2 * plan->summary.fetch, sizeof(struct plan_entry *));
}

bool transfer_run(const struct transfer *t, struct plan *plan, struct transfer_result *result, struct error *err)
{
	struct run r = {.t = t, .result = result, .plan = plan};
	bool ok;

	*t->step = STEP_FETCH;
	interrupt_grace(GRACE_MS);
	r.batch.single = t->singly;
	prepare(&r);
	ok = run_all(&r, err) && (!r.noted || state_commit(t->state, err));
	session_on_idle(t->session, NULL, NULL);
	session_set_deadline(t->session, DEADLINE_NEVER);
	if (!ok) {
		blame_failure(&r, err);
		save_what_is_whole(&r, err);
	}
	batch_free(&r.batch);
	buf_free(&r.arrival.head);
	free(r.deletions);
	free(r.flight.order);
	free(r.again);
	free(r.waiting);
	free(r.outdated);
	free(r.outdated_texts);
	return ok;
}
