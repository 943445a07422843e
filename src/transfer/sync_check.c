#include "config.h"

#include "transfer/sync_check.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/uid.h"
#include "deliver/destination.h"
#include "policy/plan.h"
#include "pop3/asked.h"
#include "pop3/session.h"
#include "state/record.h"
#include "transfer/arrival.h"
#include "transfer/commit.h"
#include "transfer/flight.h"
#include "transfer/question.h"
#include "transfer/run.h"

enum {
	CHECK_MESSAGES = 32,		/* messages between two questions */
	CHECK_OCTETS = 4 * 1024 * 1024, /* octets between two questions */
};

bool sync_check_is_due(const struct run *r)
{
	const struct sync_checks *c = &r->checks;
	/* An answer that contains the complete listing costs as much as the number of messages. */
	size_t messages = CHECK_MESSAGES + (session_asks_are_long(r->t->session) ? r->plan->count / 16 : 0);
	bool last = r->repeating ? r->again_next == r->again_count : r->next == r->plan->count;

	return flight_is_checked(r) && c->count < QUESTIONS_MOST && c->messages > 0 &&
	    (flight_is_single(r) || c->messages >= messages || c->octets >= CHECK_OCTETS || last);
}

static bool is_sent_to_deletion(const struct run *r, const struct plan_entry *e)
{
	for (size_t i = 0; i < r->deletion_next; i++) {
		if (r->deletions[i] == e)
			return true;
	}
	return false;
}

/*
 * Returns the message to ask about. If all answers have arrived, that is the last message that RETR gave: a refused
 * one may not exist, which would say nothing about the server. NULL if no message was given since the last
 * question, or if that one is deleted.
 */
static const struct plan_entry *last_given(const struct run *r)
{
	const struct flight *f = &r->flight;

	if (f->arrived < f->sent)
		return f->order[f->sent - 1];
	if (f->given == 0 || (f->given <= f->proved && is_sent_to_deletion(r, f->order[f->given - 1])))
		return NULL;
	return f->order[f->given - 1];
}

void sync_check_ask(struct run *r)
{
	struct sync_checks *c = &r->checks;
	const struct plan_entry *e = last_given(r);
	size_t place;

	c->messages = 0;
	c->octets = 0;
	if (!e) {
		r->flight.proved = r->flight.sent;
		return;
	}
	place = (c->first + c->count++) % QUESTIONS_MOST;
	question_ask(r->t->session, &(struct question){e->number, c->by_size ? "" : e->uid, e->octets});
	c->asked[place].entry = e;
	c->asked[place].sent = r->flight.sent;
}

static bool fail(struct run *r, const struct plan_entry *e, const struct session_event *event, struct error *err)
{
	r->result->out_of_step = true;
	return question_fail(e->number, event, err);
}

/*
 * If a message came with another size, that may be the size of a third message. Messages near it without an exact
 * and unique size are not deleted before it has come again with the same text. If the run dies, TOP identifies them
 * in the next run.
 */
static void hold_unsure(struct run *r)
{
	for (size_t i = r->checks.verified; r->checks.misfit && i < r->batch.count; i++) {
		struct state_record *record = &r->batch.records[i];

		if (flight_is_unique(r, i) || flight_has_its_header(record) ||
		    (state_doubts_size(record->doubt) && !record->excused))
			continue;
		/* A UID that was made of a header is not identified by a header again. */
		record->doubt = uid_is_made(record->uid) ? STATE_DOUBT_CONTENT : STATE_DOUBT_IDENTITY;
		record->held = true;
		r->held++;
	}
	r->checks.misfit = false;
}

static bool is_identifiable(const struct run *r, size_t i)
{
	return flight_is_identifiable(r, r->batch.records[i].uid, r->batch.records[i].identifying);
}

static bool has_twin(const struct run *r, size_t i)
{
	const struct state_record *a = &r->batch.records[i];

	for (size_t j = r->checks.verified; j < r->batch.count; j++) {
		const struct state_record *b = &r->batch.records[j];

		if (j != i && a->octets == b->octets && memcmp(a->sha256, b->sha256, DIGEST_SIZE) == 0)
			return true;
	}
	return false;
}

/*
 * The same text under two UIDs may be one answer that was repeated in place of another, or swapped with it. TOP
 * identifies these messages in the next run, and those that may have been the other part of a swap.
 */
static void doubt_twins(struct run *r)
{
	bool found = false;

	for (size_t i = r->checks.verified; i < r->batch.count && !found; i++)
		found = is_identifiable(r, i) && has_twin(r, i);
	for (size_t i = r->checks.verified; i < r->batch.count && found; i++) {
		struct state_record *record = &r->batch.records[i];

		if (!is_identifiable(r, i) || (flight_is_unique(r, i) && !has_twin(r, i)))
			continue;
		record->doubt = state_doubts_size(record->doubt) ? record->doubt : STATE_DOUBT_IDENTITY;
		record->held = false;
	}
}

/* Whether an answer names another message of this maildrop: it is then clear, and wrong. */
static bool names_other(const struct run *r, const struct plan_entry *e, const struct session_event *event)
{
	for (size_t i = 0; i < r->plan->count; i++) {
		const struct plan_entry *other = &r->plan->entries[i];

		if (other != e && uid_is_given(other->uid) && asked_is_about(event->text, event->length, other->uid))
			return true;
	}
	return false;
}

/* Returns another message that the server can be asked about, or NULL. */
static const struct plan_entry *find_other(const struct run *r, const struct plan_entry *e, bool by_uid)
{
	for (size_t i = 0; i < r->plan->count; i++) {
		const struct plan_entry *other = &r->plan->entries[i];

		if (other != e && other->decision.action != RETENTION_DELETE && (!by_uid || uid_is_given(other->uid)))
			return other;
	}
	return NULL;
}

static bool fail_as(struct run *r, const struct error *wrong, struct error *err)
{
	r->result->out_of_step = true;
	*err = *wrong;
	return false;
}

/*
 * After a question without a right answer. This is the server's usual behavior only if a question about another
 * message gets no right answer either, and that answer is not the UID of a third message. Otherwise the message no
 * longer exists, or the numbers differ from the listing.
 */
static bool compare_other(struct run *r, const struct plan_entry *e, enum session_command command,
    const struct error *wrong, struct error *err)
{
	bool by_uid = command == COMMAND_ASK_UID;
	const struct plan_entry *other = find_other(r, e, by_uid);
	struct session_event event;
	struct question another;
	bool manner;

	if (!other)
		return true;
	another = (struct question){other->number, by_uid ? other->uid : "", other->octets};
	if (!question_compare(r->t->session, &another, &event, &manner, err))
		return false;
	if (by_uid && event.unclear && names_other(r, other, &event))
		return fail(r, other, &event, err);
	return manner || fail_as(r, wrong, err);
}

/*
 * The server refuses the kind of question: it is then asked for sizes and, if it refuses those also, not asked at
 * all. Without pipelining, the refusal cannot belong to another command.
 */
static bool take_refusal(struct run *r, const struct plan_entry *e, enum session_command command,
    const struct error *wrong, struct error *err)
{
	struct sync_checks *c = &r->checks;

	if (c->answered || session_is_crowded(r->t->session))
		return fail_as(r, wrong, err);
	if (!compare_other(r, e, command, wrong, err))
		return false;
	if (command == COMMAND_ASK_UID) {
		c->by_size = true;
		c->messages = 1;
		return true;
	}
	c->mute = true;
	log_line(r->t->log, LOG_VERBOSE, "the server does not answer UIDL or LIST for a single message");
	return true;
}

/* The answer says nothing about the message. The server may have no better answer. */
static bool try_manner(struct run *r, const struct plan_entry *e, const struct session_event *event, struct error *err)
{
	bool by_uid = event->command == COMMAND_ASK_UID;

	if (r->checks.answered || names_other(r, e, event))
		return fail(r, e, event, err);
	return question_try_manner(r->t->session, &(struct question){e->number, by_uid ? e->uid : "", e->octets}, event,
	    &r->result->out_of_step, err);
}

bool sync_check_take_answer(struct run *r, const struct session_event *event, struct error *err)
{
	struct sync_checks *c = &r->checks;
	const struct plan_entry *e = c->asked[c->first].entry;
	size_t sent = c->asked[c->first].sent;
	enum session_command command = event->command;
	struct error wrong;

	c->first = (c->first + 1) % QUESTIONS_MOST;
	c->count--;
	if (event->type == SESSION_REFUSED || event->unclear) {
		(void)question_fail(e->number, event, &wrong);
		if ((event->unclear && !try_manner(r, e, event, err)) || !take_refusal(r, e, command, &wrong, err))
			return false;
		if (!c->mute)
			return true;
	} else if (!question_is_answered(event)) {
		return fail(r, e, event, err);
	} else {
		c->answered = true;
	}
	hold_unsure(r);
	if (session_is_crowded(r->t->session))
		doubt_twins(r);
	r->flight.proved = sent;
	if (r->arrival.ended && !arrival_finish(r, err))
		return false;
	c->verified = r->batch.count;
	return !batch_is_full(&r->batch, r->t->destination->ops) || commit_batch(r, err);
}
