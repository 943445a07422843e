#include "config.h"

#include "fetch/worker.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/account_check.h"
#include "fetch/event_pipe.h"
#include "fetch/fresh.h"
#include "fetch/learn.h"
#include "fetch/limits.h"
#include "fetch/reach.h"
#include "fetch/recover.h"
#include "fetch/retry.h"
#include "fetch/run_options.h"
#include "fetch/worker_private.h"
#include "io/interrupt.h"
#include "pop3/session.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/place.h"
#include "state/state.h"
#include "state/unfetched.h"
#include "transfer/doubt.h"
#include "transfer/message.h"
#include "transfer/transfer.h"

enum {
	REPEAT_MOST = 400,    /* sessions of a run in which the server shows the maildrop in parts */
	BROKEN_MOST = 16,     /* failed sessions of a run that another session may do without the cause of */
	QUIT_GRACE_MS = 2000, /* wait for the answer to QUIT after an interruption */
};

static void send_log(void *context, enum log_level level, const char *text)
{
	struct worker *w = context;

	event_pipe_send_log(&w->fd, level, text);
}

static void take_fact(void *context, const char *name, const char *text, int64_t number)
{
	struct worker *w = context;

	(void)text;
	if (strcmp(name, "certificate.not_after") == 0)
		w->certificate_ends = number;
}

static void send_problem(void *context, enum transfer_problem problem, enum step step, const struct error *err)
{
	struct worker *w = context;

	notices_add(&w->notices, problem, step, err);
}

static void send_progress(void *context, uint64_t messages, uint64_t octets)
{
	const struct worker *w = context;
	struct event event = {.kind = EVENT_PROGRESS};

	event.u.advance =
	    (struct advance){messages, w->session.plan.summary.fetch, octets, w->session.plan.summary.fetch_octets};
	event_pipe_send(w->fd, &event);
}

/* Reports once that messages may be missing from the destination. */
static bool report_place(struct worker *w, struct error *err)
{
	struct error behind;

	if (w->place.noted.reported || !place_is_behind(&w->place, w->account, &behind))
		return true;
	notices_report(&w->notices, w->step, &behind);
	w->place.noted.reported = true;
	return state_set_place_reported(w->state, err);
}

/* Performs everything that can fail without the server first, so that the server is not contacted in vain. */
static bool open_local(struct worker *w, struct error *err)
{
	const struct account *a = w->account;
	enum state_access access = w->options->dry_run ? STATE_READ : STATE_WRITE;

	w->step = STEP_STATE;
	if (!state_open(&w->state, w->options->state_dir, a->name, access, err)) {
		if (err->kind == ERROR_LOCKED)
			trouble_without_state(&w->trouble);
		return false;
	}
	if (!trouble_begin(&w->trouble, w->state, err))
		return false;
	w->clock.last_seen = state_last_seen(w->state);
	w->step = STEP_STORE;
	if (!place_examine(&w->place, w->state, a, err))
		return false;
	w->rule.hold = w->place.noted.behind;
	if (w->options->dry_run)
		return true;
	w->destination_settings = (struct destination_settings){
	    .account = a->name,
	    .maildrop = w->maildrop,
	    .path = a->delivery.to.path,
	    .command = a->delivery.command,
	    .command_limit = a->delivery.command_limit,
	    .crlf = a->delivery.crlf,
	    .died = state_needs_recovery(w->state),
	};
	place_settings(w->state, &w->destination_settings);
	return a->delivery.to.ops->open(&w->destination, &w->destination_settings, err) &&
	    recover_mbox(w->state, w->destination, &w->log, err) &&
	    recover_place(w->state, w->destination, w->clock.now, &w->log, err) && report_place(w, err);
}

/* Reports what was wrong with the listing, once per run. */
static void report_faults(struct worker *w)
{
	const struct maildrop *m = &w->session.listing.maildrop;

	for (size_t i = 0; i < m->fault_count && !w->faults_reported; i++)
		notices_report(&w->notices, STEP_LIST, &m->faults[i]);
	w->faults_reported |= m->fault_count > 0;
}

/* Lists, joins with the state, and decides. */
static bool make_plan(struct worker *w, struct error *err)
{
	const struct plan_limits left = limits_left(w);
	struct learning learning = {
	    .account = w->account,
	    .state = w->state,
	    .connection = &w->session.connection,
	    .destination = w->destination,
	    .listing = &w->session.listing,
	    .plan = &w->session.plan,
	    .all_deleted = w->rule.mode == RETENTION_NONE && !w->rule.keep,
	    .now = w->clock.now,
	    .certificate_ends = w->certificate_ends,
	    .log = &w->log,
	};

	if (!learn_from_server(&learning, w->rule.mode != RETENTION_FOREVER && !w->rule.keep, &w->step, err))
		return false;
	report_faults(w);
	w->step = STEP_STATE;
	if (w->session.plan.doubts > 0 &&
	    (!doubt_review(w->state, &w->session.plan, err) || !state_commit(w->state, err)))
		return false;
	w->outcome.left = w->session.plan.count;
	plan_decide(&w->session.plan, &w->rule, &w->clock, w->account->newest_first, &left);
	w->session.aside = !w->options->dry_run && !w->last && plan_put_aside(&w->session.plan, w->began);
	w->overdue |= w->outcome.fetched == 0 && w->session.plan.summary.erase > 0;
	w->session.parted = w->lessons.part > 0 && plan_take_part(&w->session.plan, w->lessons.part);
	log_line(&w->log, LOG_VERBOSE, "%zu message%s: %zu to fetch (%" PRIu64 " bytes), %zu to delete, %zu to leave",
	    w->session.plan.count, w->session.plan.count == 1 ? "" : "s", w->session.plan.summary.fetch,
	    w->session.plan.summary.fetch_octets, w->session.plan.summary.erase, w->session.plan.summary.leave);
	return true;
}

/* Records the messages that made this session fail, and their order, for the next session. */
static bool note_blamed(struct worker *w, struct error *err)
{
	const struct transfer_result *t = &w->session.result;
	enum state_unfetched kind = t->outgrown > 0 ? STATE_UNFETCHED_OUTGREW
	    : t->lacks_room			    ? STATE_UNFETCHED_FAILED
						    : STATE_UNFETCHED_BROKE;
	uint64_t value = t->outgrown > 0 ? t->outgrown : w->began + w->sessions;
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(t->blamed) / sizeof(t->blamed[0]); i++) {
		char *key = t->blamed[i] ? message_unfetched_key(t->blamed[i]) : NULL;

		ok = !key ||
		    (state_note_unfetched(w->state, key, kind, value, w->clock.now, err) &&
			state_commit(w->state, err));
		free(key);
	}
	return ok;
}

static bool carry_out(struct worker *w, struct error *err)
{
	struct transfer t = {
	    .account = w->account,
	    .session = w->session.connection.session,
	    .destination = w->destination,
	    .state = w->state,
	    .log = &w->log,
	    .now = w->clock.now,
	    .began = w->began,
	    .singly = w->lessons.singly,
	    .until = w->until,
	    .problem = send_problem,
	    .progress = w->options->progress ? send_progress : NULL,
	    .context = w,
	    .step = &w->step,
	};
	struct error second;
	bool ok;

	w->step = STEP_STATE;
	if (!notices_large(&w->notices, w->state, &w->session.plan, w->clock.now, err))
		return false;
	if (w->session.plan.summary.fetch > 0 &&
	    (!place_note(&w->place, w->state, w->account, err) || !state_begin_run(w->state, w->clock.now, err)))
		return false;
	if (t.progress)
		t.progress(w, 0, 0);
	ok = transfer_run(&t, &w->session.plan, &w->session.result, err);
	w->outcome.fetched += w->session.result.fetched;
	w->outcome.fetched_octets += w->session.result.fetched_octets;
	w->step = ok ? STEP_STATE : w->step;
	if (ok)
		return fresh_note(&w->session.plan, w->state, w->clock.now, err);
	/* On a full disk, these records may fail too. The full disk itself is being reported. */
	if ((!note_blamed(w, &second) || !fresh_note(&w->session.plan, w->state, w->clock.now, &second)) &&
	    err->kind != ERROR_STORAGE)
		notices_report(&w->notices, STEP_STATE, &second);
	return false;
}

/* Whether a message that was retrieved for comparison turned out to be new and has not been stored. */
static bool holds_unstored(const struct worker *w)
{
	for (size_t i = 0; i < w->session.plan.count; i++) {
		const struct plan_entry *e = &w->session.plan.entries[i];
		bool fetch = e->decision.action == RETENTION_FETCH || e->decision.action == RETENTION_FETCH_AND_DELETE;

		if (e->retrieved && !e->known.delivered && (!fetch || w->session.result.left_over > 0))
			return true;
	}
	return false;
}

/* Marks the UIDs that this session deleted. sure: QUIT was answered. */
static bool note_deleted(struct worker *w, bool sure, struct error *err)
{
	for (size_t i = 0; i < w->session.plan.count && w->session.result.deleted > 0; i++) {
		const struct plan_entry *e = &w->session.plan.entries[i];

		if (e->deleted && !state_mark_deleted(w->state, e->uid, sure, w->clock.now, err))
			return false;
	}
	return true;
}

/*
 * If nothing has to be deleted and nothing failed, the session is complete once QUIT is sent. Some servers never
 * answer it properly.
 */
static bool needed_no_answer(const struct worker *w, const struct error *err)
{
	if (w->session.result.deleted > 0 || w->trouble.failed ||
	    (err->kind != ERROR_NETWORK && err->kind != ERROR_PROTOCOL))
		return false;
	log_line(&w->log, LOG_VERBOSE,
	    "QUIT was not answered with +OK, which does not matter because nothing was deleted: %s", err->cause);
	return true;
}

/* Reports that the server's +OK to QUIT may be the answer to another command. */
static void report_uncounted(struct worker *w)
{
	struct error err;

	error_set(&err, ERROR_PROTOCOL, "the server sent unexpected replies while messages were being deleted");
	error_hint(&err, "the next run checks which messages were deleted");
	notices_report(&w->notices, w->step, &err);
}

/*
 * QUIT is sent only if everything that was retrieved is safely stored, because some servers take it as a receipt.
 * Without QUIT, messages marked by DELE are assumed to remain.
 */
static bool finish(struct worker *w, struct error *err)
{
	bool ok, not_taken = w->session.result.not_taken > 0 || holds_unstored(w);
	struct error second;

	w->step = STEP_QUIT;
	interrupt_grace(QUIT_GRACE_MS);
	w->undone = not_taken && w->session.result.deleted > 0;
	ok = not_taken || session_quit(w->session.connection.session, err) || needed_no_answer(w, err);
	if (ok && !not_taken && !w->session.result.unsure) {
		w->outcome.deleted += w->session.result.deleted;
		w->outcome.left -= w->session.result.deleted;
	}
	connect_close(&w->session.connection, ok && !not_taken);
	if (ok && w->session.result.uncounted)
		report_uncounted(w);
	if (w->options->dry_run)
		return ok;
	/* The run ends normally even if the server did not answer QUIT. */
	if ((not_taken || note_deleted(w, ok && !w->session.result.unsure, ok ? err : &second)) &&
	    state_end_run(w->state, w->clock.now, ok ? err : &second))
		return ok;
	if (ok)
		w->step = STEP_STATE;
	return false;
}

static bool run_session(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	interrupt_grace(0); /* no grace until there is something to finish */
	w->sessions++;
	w->session.listing.broken = &w->lessons.broken;
	w->lessons.memory.until = w->until + w->account->limits.timeout * 1000;
	if (!reach_server(w, trust, err))
		return connect_fail_late(&w->lessons.memory, err);
	if (w->lessons.mute)
		session_forbid_asking(w->session.connection.session);
	if (!make_plan(w, err))
		return connect_fail_late(&w->lessons.memory, err);
	/* Messages whose headers broke a session have already been reported. */
	notices_unsure(&w->notices, w->lessons.broken.count > 0 ? 0 : w->session.plan.summary.unsure);
	w->list.session = w->options->headers ? w->session.connection.session : NULL;
	if (!(w->options->dry_run ? list_send(&w->list, err) : carry_out(w, err)))
		return false;
	if (!finish(w, err))
		return false;
	if (w->session.result.left_over == 0)
		return true;
	w->step = STEP_FETCH;
	return interrupt_error(err);
}

static void end_session(struct worker *w)
{
	if (w->state)
		state_rollback(w->state);
	connect_close(&w->session.connection, false);
	listing_free(&w->session.listing);
	plan_free(&w->session.plan);
	w->session = (struct worker_session){0};
}

/* Records it so that the next run does not fail first, and clears the messages blamed for the failed session. */
static bool note_unpipelined(struct worker *w, struct error *err)
{
	return state_set_unpipelined(w->state, w->lessons.unpipelined, err) &&
	    state_forget_breaks(w->state, w->began + w->lessons.crowded, err) && state_commit(w->state, err);
}

/* Runs a session, and further ones while retry_learn asks for them. */
static bool run_on(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	struct error failure;
	enum step step = w->step;

	error_clear(&failure);
	for (unsigned i = 0; i < BROKEN_MOST; i++) {
		if (i > 0)
			end_session(w);
		if (!run_session(w, trust, err)) {
			failure = *err;
			step = w->step;
			if (!retry_learn(w, err))
				return false;
		} else if (w->lessons.part == 0 || w->undone) {
			return w->lessons.unpipelined == 0 || w->options->dry_run || note_unpipelined(w, err);
		} else if (!w->session.parted) {
			w->lessons.part = 0;
		}
	}
	/* The last session may have succeeded in deleting only a part. */
	*err = failure;
	w->step = step;
	return false;
}

static bool run_sessions(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	if (!run_on(w, trust, err))
		return false;
	if (!w->undone)
		return true;
	log_line(&w->log, LOG_VERBOSE,
	    "a message was not accepted, so QUIT was not sent; deleting in a separate session");
	end_session(w);
	return run_session(w, trust, err);
}

/* Some servers list only part of the maildrop, and the next part after a session that fetched it. */
static bool has_more(const struct worker *w, uint64_t fetched_before, unsigned sessions)
{
	const struct plan_limits left = limits_left(w);

	return account_repeats(w->account) && !w->options->dry_run && !w->trouble.failed &&
	    w->outcome.fetched > fetched_before && left.messages > 0 && left.octets > 0 && sessions < REPEAT_MOST;
}

/* After everything else, fetches the messages at which the connection broke, with one command at a time. */
static bool run_last(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	if (limits_left(w).messages == 0)
		return true;
	log_line(&w->log, LOG_VERBOSE, "asking for the messages at which the connection dropped before");
	end_session(w);
	w->last = true;
	w->lessons.pipelining = false;
	return run_on(w, trust, err);
}

static bool run_account(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	uint64_t before;
	unsigned sessions = 0;

	if (!open_local(w, err) || !reach_may_log_in(w, err) || !reach_may_pipeline(w, err))
		return false;
	do {
		end_session(w);
		before = w->outcome.fetched;
		if (!run_sessions(w, trust, err))
			return false;
	} while (has_more(w, before, ++sessions));
	return !w->session.aside || run_last(w, trust, err);
}

/* Host names are case-insensitive; the state treats them so too. */
static char *name_maildrop(const struct account *a)
{
	char *name = memory_format("%s@%s:%u", a->login.user, a->server, a->port);

	for (char *c = name + strlen(a->login.user) + 1; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	return name;
}

/* Records what the run's failures, or its success, mean for later runs. */
static void settle_trouble(struct worker *w)
{
	struct outcome *o = &w->outcome;
	struct error err;

	/* An interruption by the user says nothing about the account. */
	if (o->err.kind == ERROR_INTERRUPTED)
		return;
	o->silent = !o->ok && !trouble_is_reported(&w->trouble, w->step, &o->err);
	if (!w->state)
		return;
	if (o->ok || w->step != STEP_STATE) {
		if (trouble_end(&w->trouble, w->state, &w->log, &err))
			return;
		/* This failure may be what ended the run. */
		if (o->ok || strcmp(err.cause, o->err.cause) != 0)
			notices_report(&w->notices, STEP_STATE, &err);
	}
	o->silent = false; /* not recorded, so a later run could not report it */
}

static uint64_t milliseconds(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void worker_run(const struct account *account, const struct tls_trust *trust, const struct run_options *options, int fd)
{
	struct worker w = {.account = account, .options = options, .fd = fd, .rule = account->retention};
	struct event done = {.kind = EVENT_DONE};
	int64_t start = deadline_clock();

	w.log = (struct log){.level = options->level, .write = send_log, .fact = take_fact, .context = &w};
	w.rule.keep = options->keep;
	w.rule.retry = options->retry_refused;
	w.list = (struct list){.plan = &w.session.plan, .rule = &w.rule, .clock = &w.clock, .fd = fd};
	w.until = connect_run_end(account);
	w.clock.now = (int64_t)time(NULL);
	w.began = milliseconds();
	w.step = STEP_START;
	w.notices = (struct notices){.fd = fd, .log = &w.log, .trouble = &w.trouble};
	w.trouble = (struct trouble){.account = account, .options = options, .now = w.clock.now};
	w.maildrop = name_maildrop(account);
	error_clear(&w.outcome.err);
	w.outcome.ok = run_account(&w, trust, &w.outcome.err);
	end_session(&w);
	notices_end(&w.notices);
	w.outcome.resumed = w.state && state_died_since(w.state) > 0 && !state_needs_recovery(w.state);
	settle_trouble(&w);
	trouble_note_end(&w.trouble, w.state, w.outcome.ok, w.outcome.err.kind == ERROR_INTERRUPTED);
	destination_close(&w.destination);
	place_free(&w.place);
	state_close(&w.state);
	connect_memory_free(&w.lessons.memory);
	free(w.maildrop);
	w.outcome.step = w.step;
	w.outcome.milliseconds = deadline_clock() - start;
	done.u.outcome = w.outcome;
	event_pipe_send(fd, &done);
}
