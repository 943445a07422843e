#include "config.h"

#include "fetch/transfer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/account.h"
#include "fetch/batch.h"
#include "fetch/question.h"
#include "io/deadline.h"
#include "io/interrupt.h"
#include "policy/header.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "store/destination.h"
#include "store/state.h"

enum {
	HEAD_OCTETS = 4096,		  /* looked at for the envelope sender before a message is begun */
	CHECK_MESSAGES = 32,		  /* after so many, or so many octets, the server is asked */
	CHECK_OCTETS = 4 * 1024 * 1024, /* whether its answers are still in step */
	QUESTIONS_MOST = 64,		  /* under way at a time */
	FLIGHT_OCTETS = 8 * 1024 * 1024, /* of messages that are asked for and have not arrived */
	TICK_MS = 100,			 /* between two looks at who wants to know, and at who wants to end */
	GRACE_MS = 1000,		 /* for what is under way, once we are interrupted */
};

/* The message that is arriving. */
struct arrival {
	struct plan_entry *entry;
	bool begun; /* the destination knows of it */
	struct buf head;
	struct digest digest;
	struct header_identity header;
	uint64_t octets;
	uint64_t left; /* to come, by LIST */
};

/* From time to time the server is asked about the message whose RETR went out last. */
struct steps {
	const struct plan_entry *asked[QUESTIONS_MOST]; /* questions that are under way, a ring from `first` on */
	size_t first, count;
	const struct plan_entry *last; /* RETR of it went out last */
	size_t messages;	       /* whose RETR went out since the last question */
	uint64_t octets;
	size_t verified;  /* messages of the batch that are known to be right */
	bool size_differs; /* one of the others has another size than LIST said */
	bool answered;	   /* the server has answered such a question */
	bool mute;	   /* it does not answer them */
};

struct run {
	struct transfer *t;
	struct plan *plan;
	size_t next;	     /* first entry that nothing was done about */
	struct batch batch;
	struct steps steps;
	struct arrival arrival;
	uint64_t flight; /* octets of messages, by LIST, that are asked for and have not arrived */
	struct plan_entry **deletions; /* what may be deleted, in the order in which DELE goes out */
	size_t deletion_count, deletion_next, deletion_answered;
	uint64_t arrived;	 /* messages that are whole */
	uint64_t arrived_octets; /* with those of the message that is arriving */
	uint64_t arriving;
	deadline tick;
};

static struct plan_entry *find_entry(const struct run *r, uint32_t number)
{
	/* Answers come in the order of the plan: only what lies behind the last one is looked at. */
	struct plan_entry *e = r->arrival.entry ? r->arrival.entry + 1 : r->plan->entries;

	while (e->number != number)
		e++;
	return e;
}

static bool is_fetch(const struct plan_entry *e)
{
	return e->decision.action == RETENTION_FETCH || e->decision.action == RETENTION_FETCH_AND_DELETE;
}

static void ask(struct run *r, const struct plan_entry *e)
{
	question_ask(r->t->session, e->number, e->uid, e->octets);
	r->steps.asked[(r->steps.first + r->steps.count++) % QUESTIONS_MOST] = e;
	r->steps.messages = 0;
	r->steps.octets = 0;
}

/* What goes to a command one by one cannot be taken back, and is not held up by questions. */
static bool asks(const struct run *r)
{
	return r->t->destination->ops->batch_most != 1 && !r->steps.mute;
}

static void retrieve(struct run *r, const struct plan_entry *e)
{
	struct steps *steps = &r->steps;

	session_queue(r->t->session, COMMAND_RETR, e->number);
	r->flight += e->octets;
	steps->last = e;
	steps->messages++;
	steps->octets += e->octets;
}

/* A question is due after some messages, and after the last one. */
static bool is_due(const struct run *r)
{
	const struct steps *steps = &r->steps;
	/* An answer that is a whole listing costs as much as all messages are. */
	size_t messages = session_asks_are_long(r->t->session) ? CHECK_MESSAGES + r->plan->count / 16 : CHECK_MESSAGES;

	return asks(r) && steps->count < QUESTIONS_MOST && steps->messages > 0 &&
	    (steps->messages >= messages || steps->octets >= CHECK_OCTETS || r->next == r->plan->count);
}

/*
 * Queues DELE for what is safe, questions, and RETR, while there is room in the window. A quarter of it
 * at a time, so that one record carries many commands.
 */
static void fill_window(struct run *r)
{
	struct session *s = r->t->session;
	size_t window = session_window(s);

	if (session_queued(s) > window - window / 4)
		return;
	while (session_queued(s) < window && r->deletion_next < r->deletion_count)
		session_queue(s, COMMAND_DELE, r->deletions[r->deletion_next++]->number);
	while (session_queued(s) < window) {
		const struct plan_entry *e;

		if (is_due(r)) {
			ask(r, r->steps.last);
			continue;
		}
		if (r->next == r->plan->count)
			return;
		/* One message goes in any case, or nothing would ever move where the login takes that long. */
		if (r->steps.last && deadline_left(r->t->until) == 0) {
			log_line(r->t->log, LOG_VERBOSE, "max_time is over: what is left is for the next run");
			r->next = r->plan->count;
			continue;
		}
		e = &r->plan->entries[r->next];
		/* However large they are, one message follows the other without a pause. */
		if (is_fetch(e) && r->flight > FLIGHT_OCTETS && session_queued(s) > 1)
			return;
		r->next++;
		if (is_fetch(e))
			retrieve(r, e);
	}
}

/* The next message is arriving, or refused. */
static void start_arrival(struct run *r, uint32_t number)
{
	struct arrival *a = &r->arrival;

	a->entry = find_entry(r, number);
	r->flight -= a->entry->octets;
	a->begun = false;
	a->octets = 0;
	a->left = 0;
	buf_clear(&a->head);
	digest_start(&a->digest);
	header_start(&a->header);
	*r->t->step = "fetch";
}

/* Tells the destination of the message, with what its beginning says. */
static bool begin(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;
	char sender[256];
	struct destination_message message = {.uid = a->entry->uid, .now = r->t->now, .octets = a->entry->octets};

	*r->t->step = "store";
	if (d->ops->wants_sender) {
		header_envelope_sender(a->head.data ? a->head.data : "", a->head.length, sender, sizeof(sender));
		message.sender = sender;
	}
	if (!d->ops->begin(d, &message, err))
		return false;
	a->begun = true;
	if (a->head.length > 0 && !d->ops->write(d, a->head.data, a->head.length, err))
		return false;
	*r->t->step = "fetch";
	return true;
}

static bool take_data(struct run *r, const struct session_event *event, struct error *err)
{
	const char *bytes = event->text;
	size_t length = event->length;
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;

	digest_add(&a->digest, bytes, length);
	header_add(&a->header, bytes, length);
	a->octets += length;
	a->left = a->entry->octets - (event->octets < a->entry->octets ? event->octets : a->entry->octets);
	if (a->begun) {
		if (d->ops->write(d, bytes, length, err))
			return true;
		*r->t->step = "store";
		return false;
	}
	buf_append(&a->head, bytes, length);
	return a->head.length < HEAD_OCTETS || begin(r, err);
}

/* Makes the batch safe and lets go of what may now be deleted on the server. */
static bool commit(struct run *r, struct error *err)
{
	struct transfer *t = r->t;
	bool ok;

	if (r->batch.count == 0)
		return true;
	*t->step = "store";
	session_read_ahead(t->session);
	ok = batch_commit(&r->batch, t->destination, t->state, err);
	session_end_ahead(t->session);
	if (!ok)
		return false;
	for (size_t i = 0; i < r->batch.count; i++) {
		t->fetched++;
		t->fetched_octets += r->batch.records[i].octets;
		if (r->batch.entries[i]->decision.action == RETENTION_FETCH_AND_DELETE)
			r->deletions[r->deletion_count++] = r->batch.entries[i];
	}
	log_line(t->log, LOG_VERBOSE, "%zu messages are safe", r->batch.count);
	batch_clear(&r->batch);
	r->steps.verified = 0;
	*t->step = "fetch";
	return true;
}

/*
 * Sizes of LIST are hints. Under pipelining, one that is not met is taken for a sign that the server
 * mixes its answers up, and it is asked for one message at a time. Some count LF for CRLF, or leave
 * out the line end that they add to a message without one.
 */
static bool has_its_size(struct run *r, uint64_t octets, struct error *err)
{
	const struct plan_entry *e = r->arrival.entry;
	uint64_t stored = r->arrival.octets;

	if (octets == e->octets || octets == e->octets + 2 || stored == e->octets || stored == e->octets + 1)
		return true;
	r->steps.size_differs = true;
	if (session_window(r->t->session) == 1)
		return true;
	r->t->out_of_step = true;
	return error_set(err, ERROR_PROTOCOL, "message %" PRIu32 " has %" PRIu64 " octets and was listed with %" PRIu64,
	    e->number, octets, e->octets);
}

/* The terminator has arrived: only now is the message whole. */
static bool end_arrival(struct run *r, uint64_t octets, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;
	struct state_record *record;

	a->left = 0;
	if (!has_its_size(r, octets, err) || (!a->begun && !begin(r, err)))
		return false;
	*r->t->step = "store";
	switch (d->ops->finish(d, err)) {
	case DESTINATION_TOOK:
		break;
	case DESTINATION_REFUSED:
		r->t->not_taken++;
		r->t->problem(r->t->context, "store", err);
		return true;
	default:
		return false;
	}
	record = batch_add(&r->batch, a->entry, a->octets);
	record->delivered = r->t->now;
	record->wire = octets;
	record->listed = a->entry->octets;
	digest_end(&a->digest, record->sha256);
	header_end(&a->header, record->header);
	*r->t->step = "fetch";
	return asks(r) || !batch_is_full(&r->batch, d->ops) || commit(r, err);
}

static bool take_answer(struct run *r, const struct session_event *event, struct error *err)
{
	const struct plan_entry *e = r->steps.asked[r->steps.first];

	r->steps.first = (r->steps.first + 1) % QUESTIONS_MOST;
	r->steps.count--;
	/* A server that does not know the question is not asked again. */
	if (event->type == SESSION_REFUSED && !r->steps.answered)
		r->steps.mute = true;
	else if (!question_is_answered(event))
		return question_fail(e->number, event, err);
	r->steps.answered |= event->type == SESSION_OK;
	r->steps.verified = r->batch.count;
	r->steps.size_differs = false;
	return !batch_is_full(&r->batch, r->t->destination->ops) || commit(r, err);
}

static void report_refusal(struct run *r, const struct session_event *event)
{
	struct error err;

	if (event->command == COMMAND_DELE)
		error_set(&err, ERROR_PROTOCOL, "the server refused to delete message %u", event->number);
	else
		error_set(&err, ERROR_PROTOCOL, "the server refused to give message %u", event->number);
	error_server(&err, event->text, event->length);
	error_mend(&err, "it stays on the server; the next run tries again");
	err.temporary = true;
	r->t->problem(r->t->context, event->command == COMMAND_DELE ? "delete" : "fetch", &err);
}

/* Interrupted: nothing more is asked for. False when what is under way has had its time. */
static bool stop_asking(struct run *r, struct error *err)
{
	for (; r->next < r->plan->count; r->next++)
		r->t->left_over += is_fetch(&r->plan->entries[r->next]);
	return !interrupt_is_due() || interrupt_error(err);
}

static void tell(void *context)
{
	const struct run *r = context;

	if (r->t->progress)
		r->t->progress(r->t->context, r->arrived, r->arrived_octets);
}

/* While octets come in: so many of them have. */
static bool tick(struct run *r, uint64_t octets, struct error *err)
{
	r->arrived_octets += octets - r->arriving;
	r->arriving = octets;
	if (deadline_left(r->tick) > 0)
		return true;
	r->tick = deadline_clock() + TICK_MS;
	tell(r);
	return !interrupt_came() || stop_asking(r, err);
}

static bool handle(struct run *r, const struct session_event *event, struct error *err)
{
	if (event->command == COMMAND_DELE) {
		struct plan_entry *e = r->deletions[r->deletion_answered++];

		e->deleted = event->type == SESSION_OK;
		r->t->deleted += e->deleted;
	}
	if (event->command == COMMAND_ASK_UID || event->command == COMMAND_ASK_SIZE)
		return take_answer(r, event, err);
	if (event->type == SESSION_REFUSED) {
		if (event->command == COMMAND_RETR)
			start_arrival(r, event->number);
		report_refusal(r, event);
		return true;
	}
	if (event->command == COMMAND_DELE)
		return true;
	switch (event->type) {
	case SESSION_OK:
		start_arrival(r, event->number);
		return true;
	case SESSION_DATA:
		return take_data(r, event, err) && tick(r, event->octets, err);
	default:
		r->arrived++;
		if (!end_arrival(r, event->octets, err) || !tick(r, event->octets, err))
			return false;
		r->arriving = 0;
		return true;
	}
}

static bool run_all(struct run *r, struct error *err)
{
	struct session_event event;

	for (;;) {
		if (!session_is_quiet(r->t->session))
			return error_set(err, ERROR_PROTOCOL, "the server says more than it was asked for");
		if (interrupt_noted() && !stop_asking(r, err))
			return false;
		fill_window(r);
		/* When nothing more is coming, the last batch is asked about and made safe; deletions follow. */
		if (session_queued(r->t->session) == 0 && r->steps.verified < r->batch.count && asks(r)) {
			ask(r, r->batch.entries[r->batch.count - 1]);
		} else if (session_queued(r->t->session) == 0) {
			if (!commit(r, err))
				return false;
			if (r->deletion_next == r->deletion_count)
				return true;
			*r->t->step = "delete";
			continue;
		}
		session_expect(r->t->session, r->flight + r->arrival.left);
		if (!session_next(r->t->session, &event, err) || !handle(r, &event, err))
			return false;
	}
}

/* What was delivered by earlier runs and whose time has come. */
static void collect_deletions(struct run *r)
{
	r->deletions = memory_zeroed(r->plan->count, sizeof(struct plan_entry *));
	for (size_t i = 0; i < r->plan->count; i++) {
		if (r->plan->entries[i].decision.action == RETENTION_DELETE)
			r->deletions[r->deletion_count++] = &r->plan->entries[i];
	}
}

/*
 * After a failure: a line that broke does not make whole messages worse, and they are kept if they
 * are what they were taken for. After a failure of storage nothing is sure; the batch is taken back.
 */
static void save_what_is_whole(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	const char *step = *r->t->step;
	bool broke = err->kind == ERROR_NETWORK || err->kind == ERROR_INTERRUPTED;
	bool right = r->steps.verified == r->batch.count || (broke && !r->steps.size_differs);
	bool stored = err->kind != ERROR_STORAGE && err->kind != ERROR_LOCKED;
	struct error second;

	d->ops->discard(d);
	if (stored && right && commit(r, &second)) {
		*r->t->step = step;
		return;
	}
	/* That it cannot be stored is worse than that the line broke, and nothing more is tried. */
	if (stored && right) {
		*err = second;
		r->t->out_of_step = false;
	} else {
		*r->t->step = step;
	}
	d->ops->rollback(d);
	state_rollback(r->t->state);
}

bool transfer_run(struct transfer *t, struct plan *plan, struct error *err)
{
	struct run r = {.t = t, .plan = plan};
	bool ok;

	*t->step = "fetch";
	interrupt_grace(GRACE_MS);
	r.tick = deadline_clock() + TICK_MS;
	if (t->progress)
		session_on_idle(t->session, tell, &r);
	/* Nothing to do is what most runs find, in the largest maildrops as well. */
	if (plan->summary.fetch == 0 && plan->summary.erase == 0)
		r.next = plan->count;
	else
		collect_deletions(&r);
	ok = run_all(&r, err);
	session_on_idle(t->session, NULL, NULL);
	if (!ok)
		save_what_is_whole(&r, err);
	batch_free(&r.batch);
	buf_free(&r.arrival.head);
	free(r.deletions);
	return ok;
}
