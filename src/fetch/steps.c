#include "config.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/uid.h"
#include "deliver/destination.h"
#include "fetch/question.h"
#include "fetch/transfer_run.h"
#include "policy/plan.h"
#include "pop3/asked.h"
#include "pop3/capability.h"
#include "pop3/session.h"
#include "state/record.h"

enum {
	CHECK_MESSAGES = 32,		/* after so many, or so many octets, the server is asked */
	CHECK_OCTETS = 4 * 1024 * 1024, /* whether its answers are still in step */
	NEIGHBORS_MOST = 4096,		/* messages that another one could have been taken for */
};

/* What goes to a command one by one cannot be taken back, so each of them is asked about. */
static bool is_one_by_one(const struct run *r)
{
	return r->t->destination->ops->final;
}

bool steps_asks(const struct run *r)
{
	return !r->steps.mute;
}

void steps_retrieve(struct run *r, struct plan_entry *e)
{
	struct steps *steps = &r->steps;

	session_queue(r->t->session, COMMAND_RETR, e->number);
	r->flight += e->octets;
	steps->order[steps->sent++] = e;
	steps->messages++;
	steps->octets += e->octets;
}

bool steps_may_retrieve(const struct run *r)
{
	/* What came with another size is asked for alone, so that its answer cannot be another one's. */
	if (r->repeating && session_queued(r->t->session) > 0)
		return false;
	return !is_one_by_one(r) || !steps_asks(r) || (r->steps.messages == 0 && r->steps.count < QUESTIONS_MOST);
}

bool steps_is_due(const struct run *r)
{
	const struct steps *steps = &r->steps;
	/* An answer that is a whole listing costs as much as all messages are. */
	size_t messages = CHECK_MESSAGES + (session_asks_are_long(r->t->session) ? r->plan->count / 16 : 0);
	bool last = r->repeating ? r->again_next == r->again_count : r->next == r->plan->count;

	return steps_asks(r) && steps->count < QUESTIONS_MOST && steps->messages > 0 &&
	    (is_one_by_one(r) || steps->messages >= messages || steps->octets >= CHECK_OCTETS || last);
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
 * The message to be asked about. When all answers are here, it is the last one that was given: a refused one may not be
 * there, which would say nothing of the server. NULL: nothing was given since the last question, or that is deleted.
 */
static const struct plan_entry *last_given(const struct run *r)
{
	const struct steps *steps = &r->steps;

	if (steps->arrived < steps->sent)
		return steps->order[steps->sent - 1];
	if (steps->given == 0 || (steps->given <= steps->proved && is_sent_to_deletion(r, steps->order[steps->given - 1])))
		return NULL;
	return steps->order[steps->given - 1];
}

void steps_ask(struct run *r)
{
	struct steps *steps = &r->steps;
	const struct plan_entry *e = last_given(r);
	size_t place;

	steps->messages = 0;
	steps->octets = 0;
	if (!e) {
		steps->proved = steps->sent;
		return;
	}
	place = (steps->first + steps->count++) % QUESTIONS_MOST;
	question_ask(r->t->session, &(struct question){e->number, steps->by_size ? "" : e->uid, e->octets});
	steps->asked[place].entry = e;
	steps->asked[place].sent = steps->sent;
}

static bool fail(struct run *r, const struct plan_entry *e, const struct session_event *event, struct error *err)
{
	r->t->out_of_step = true;
	return question_fail(e->number, event, err);
}

/* Whether a message cannot have been taken for another one that is not proved. */
static bool is_unique(const struct run *r, size_t i)
{
	const struct state_record *record = &r->batch.records[i];

	return record->wire == record->listed && !steps_has_size(r, r->batch.entries[i], record->listed);
}

/* Whether the header can tell in the next session which message this is. */
static bool can_be_told(const struct run *r, const struct state_record *record)
{
	return record->telling && uid_is_given(record->uid) && session_capabilities(r->t->session)->top;
}

/*
 * Beside a message that came with another size, which may be that of a third one: what is not exact, and like no other,
 * is not deleted before that one has come again in the same way. If the run dies, TOP tells in the next one.
 */
static void hold_unsure(struct run *r)
{
	for (size_t i = r->steps.verified; r->steps.misfit && i < r->batch.count; i++) {
		struct state_record *record = &r->batch.records[i];

		if (is_unique(r, i) || (state_doubts_size(record->doubt) && !record->excused))
			continue;
		record->doubt = STATE_DOUBT_IDENTITY;
		record->held = true;
		r->held++;
	}
	r->steps.misfit = false;
}

/* One text under two UIDs: an answer may have come twice, and another one not at all. TOP tells in the next run. */
static void doubt_twins(struct run *r)
{
	for (size_t i = r->steps.verified; i < r->batch.count; i++) {
		for (size_t j = i + 1; j < r->batch.count; j++) {
			struct state_record *a = &r->batch.records[i], *b = &r->batch.records[j];

			if (a->octets != b->octets || memcmp(a->sha256, b->sha256, DIGEST_SIZE) != 0 || !can_be_told(r, a) ||
			    !can_be_told(r, b))
				continue;
			a->doubt = state_doubts_size(a->doubt) ? a->doubt : STATE_DOUBT_IDENTITY;
			b->doubt = state_doubts_size(b->doubt) ? b->doubt : STATE_DOUBT_IDENTITY;
			a->held = b->held = false;
		}
	}
}

/* Whether an answer names another message of this maildrop: then it is clear, and wrong. */
static bool names_other(const struct run *r, const struct plan_entry *e, const struct session_event *event)
{
	for (size_t i = 0; i < r->plan->count; i++) {
		const struct plan_entry *other = &r->plan->entries[i];

		if (other != e && uid_is_given(other->uid) && asked_is_about(event->text, event->length, other->uid))
			return true;
	}
	return false;
}

/* Another message that the server can be asked about, or NULL. */
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
	r->t->out_of_step = true;
	*err = *wrong;
	return false;
}

/*
 * A question got no right answer. That is the server's manner only if one about another message gets none, either, and not
 * the UID of a third one: otherwise the message is not there any more, or numbers are not those of the listing.
 */
static bool compare_other(
    struct run *r, const struct plan_entry *e, enum session_command command, const struct error *wrong, struct error *err)
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
 * The server refuses a question as such: then it is asked for sizes, and if it refuses that as well, for nothing.
 * Without pipelining there is no other command that a refusal could belong to.
 */
static bool take_refusal(
    struct run *r, const struct plan_entry *e, enum session_command command, const struct error *wrong, struct error *err)
{
	struct steps *steps = &r->steps;

	if (steps->answered || session_is_crowded(r->t->session))
		return fail_as(r, wrong, err);
	if (!compare_other(r, e, command, wrong, err))
		return false;
	if (command == COMMAND_ASK_UID) {
		steps->by_size = true;
		steps->messages = 1;
		return true;
	}
	steps->mute = true;
	log_line(r->t->log, LOG_VERBOSE, "the server does not answer UIDL or LIST for one message");
	return true;
}

/* An answer says nothing about the message. It may be a server that has nothing better. */
static bool try_manner(struct run *r, const struct plan_entry *e, const struct session_event *event, struct error *err)
{
	bool by_uid = event->command == COMMAND_ASK_UID;

	if (r->steps.answered || names_other(r, e, event))
		return fail(r, e, event, err);
	return question_try_manner(
	    r->t->session, &(struct question){e->number, by_uid ? e->uid : "", e->octets}, event, &r->t->out_of_step, err);
}

bool steps_take_answer(struct run *r, const struct session_event *event, struct error *err)
{
	struct steps *steps = &r->steps;
	const struct plan_entry *e = steps->asked[steps->first].entry;
	size_t sent = steps->asked[steps->first].sent;
	enum session_command command = event->command;
	struct error wrong;

	steps->first = (steps->first + 1) % QUESTIONS_MOST;
	steps->count--;
	if (event->type == SESSION_REFUSED || event->unclear) {
		(void)question_fail(e->number, event, &wrong);
		if ((event->unclear && !try_manner(r, e, event, err)) || !take_refusal(r, e, command, &wrong, err))
			return false;
		if (!steps->mute)
			return true;
	} else if (!question_is_answered(event)) {
		return fail(r, e, event, err);
	} else {
		steps->answered = true;
	}
	hold_unsure(r);
	if (session_is_crowded(r->t->session))
		doubt_twins(r);
	steps->proved = sent;
	if (r->arrival.ended && !arrival_finish(r, err))
		return false;
	steps->verified = r->batch.count;
	return !batch_is_full(&r->batch, r->t->destination->ops) || transfer_commit(r, err);
}

bool steps_has_size(const struct run *r, const struct plan_entry *but, uint64_t octets)
{
	const struct steps *steps = &r->steps;
	/* Of so many, one will have it. */
	if (steps->sent - steps->proved > NEIGHBORS_MOST)
		return true;
	for (size_t i = steps->proved; i < steps->sent; i++) {
		if (steps->order[i] != but && steps->order[i]->octets == octets)
			return true;
	}
	return false;
}

bool steps_neighbor_has_size(const struct run *r, uint64_t octets)
{
	const struct steps *steps = &r->steps;
	size_t this = steps->arrived - 1;

	return (this > 0 && steps->order[this - 1]->octets == octets) ||
	    (this + 1 < steps->sent && steps->order[this + 1]->octets == octets);
}

static bool is_exact(const struct state_record *record)
{
	return record->wire == record->listed && (record->said == STATE_UNSIZED || record->said == record->wire);
}

size_t steps_keep_likely(struct run *r)
{
	size_t kept = r->steps.verified;

	for (; kept < r->batch.count; kept++) {
		struct state_record *record = &r->batch.records[kept];

		if (state_doubts_size(record->doubt) || (r->batch.entries[kept] == r->uncertain && !is_exact(record)))
			break;
		if (is_unique(r, kept))
			continue;
		if (!can_be_told(r, record))
			break;
		record->doubt = STATE_DOUBT_IDENTITY;
	}
	return kept;
}
