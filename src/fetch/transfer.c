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
#include "io/deadline.h"
#include "policy/header.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "store/destination.h"
#include "store/state.h"

enum { HEAD_OCTETS = 4096 }; /* looked at for the envelope sender before a message is begun */

/* The message that is arriving. */
struct arrival {
	struct plan_entry *entry;
	bool begun; /* the destination knows of it */
	struct buf head;
	struct digest digest;
	struct header_identity header;
	uint64_t octets;
};

struct run {
	struct transfer *t;
	struct plan *plan;
	size_t next;	     /* first entry that nothing was done about */
	struct batch batch;
	struct arrival arrival;
	struct plan_entry **deletions; /* what may be deleted, in the order in which DELE goes out */
	size_t deletion_count, deletion_next, deletion_answered;
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

/* Queues DELE for what is safe, and RETR, while there is room in the window. */
static void fill_window(struct run *r)
{
	struct session *s = r->t->session;
	size_t window = session_window(s);

	while (session_queued(s) < window && r->deletion_next < r->deletion_count)
		session_queue(s, COMMAND_DELE, r->deletions[r->deletion_next++]->number);
	while (session_queued(s) < window && r->next < r->plan->count) {
		const struct plan_entry *e = &r->plan->entries[r->next++];

		if (is_fetch(e))
			session_queue(s, COMMAND_RETR, e->number);
	}
}

static void start_arrival(struct run *r, uint32_t number)
{
	struct arrival *a = &r->arrival;

	a->entry = find_entry(r, number);
	a->begun = false;
	a->octets = 0;
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
	struct destination_message message = {.uid = a->entry->uid, .sender = sender, .now = r->t->now};

	*r->t->step = "store";
	header_envelope_sender(a->head.data ? a->head.data : "", a->head.length, sender, sizeof(sender));
	if (!d->ops->begin(d, &message, err))
		return false;
	a->begun = true;
	if (a->head.length > 0 && !d->ops->write(d, a->head.data, a->head.length, err))
		return false;
	*r->t->step = "fetch";
	return true;
}

static bool take_data(struct run *r, const char *bytes, size_t length, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;

	digest_add(&a->digest, bytes, length);
	header_add(&a->header, bytes, length);
	a->octets += length;
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

	if (r->batch.count == 0)
		return true;
	*t->step = "store";
	if (!batch_commit(&r->batch, t->destination, t->state, err))
		return false;
	for (size_t i = 0; i < r->batch.count; i++) {
		t->fetched++;
		t->fetched_octets += r->batch.records[i].octets;
		if (r->batch.entries[i]->decision.action == RETENTION_FETCH_AND_DELETE)
			r->deletions[r->deletion_count++] = r->batch.entries[i];
	}
	log_line(t->log, LOG_VERBOSE, "%zu messages are safe", r->batch.count);
	batch_clear(&r->batch);
	*t->step = "fetch";
	return true;
}

/* The terminator has arrived: only now is the message whole. */
static bool end_arrival(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;
	struct state_record *record;

	if (!a->begun && !begin(r, err))
		return false;
	*r->t->step = "store";
	switch (d->ops->finish(d, err)) {
	case DESTINATION_TOOK:
		break;
	case DESTINATION_REFUSED:
		r->t->problem(r->t->context, "store", err);
		return true;
	default:
		return false;
	}
	record = batch_add(&r->batch, a->entry);
	record->delivered = r->t->now;
	record->octets = a->octets;
	digest_end(&a->digest, record->sha256);
	header_end(&a->header, record->header);
	*r->t->step = "fetch";
	return !batch_is_full(&r->batch, d->ops->batch_most) || commit(r, err);
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

static bool handle(struct run *r, const struct session_event *event, struct error *err)
{
	if (event->command == COMMAND_DELE) {
		struct plan_entry *e = r->deletions[r->deletion_answered++];

		e->deleted = event->type == SESSION_OK;
		r->t->deleted += e->deleted;
	}
	if (event->type == SESSION_REFUSED) {
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
		return take_data(r, event->text, event->length, err);
	default:
		return end_arrival(r, err);
	}
}

static bool run_all(struct run *r, struct error *err)
{
	struct session_event event;

	for (;;) {
		fill_window(r);
		/* The last batch is made safe when nothing more is coming; then its deletions follow. */
		if (session_queued(r->t->session) == 0) {
			if (!commit(r, err))
				return false;
			if (r->deletion_next == r->deletion_count)
				return true;
			*r->t->step = "delete";
			continue;
		}
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

bool transfer_run(struct transfer *t, struct plan *plan, struct error *err)
{
	struct run r = {.t = t, .plan = plan};
	bool ok;

	*t->step = "fetch";
	collect_deletions(&r);
	ok = run_all(&r, err);
	if (!ok) {
		struct error second;
		const char *step = *t->step;

		/*
		 * A line that broke does not make whole messages worse: they are kept. After a failure of
		 * storage nothing is sure, and the batch is taken back.
		 */
		t->destination->ops->discard(t->destination);
		if (err->kind == ERROR_STORAGE || err->kind == ERROR_LOCKED || !commit(&r, &second)) {
			t->destination->ops->rollback(t->destination);
			state_rollback(t->state);
		}
		*t->step = step;
	}
	batch_free(&r.batch);
	buf_free(&r.arrival.head);
	free(r.deletions);
	return ok;
}
