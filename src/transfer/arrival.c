#include "config.h"

#include "transfer/arrival.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/uid.h"
#include "config/account.h"
#include "deliver/destination.h"
#include "policy/plan.h"
#include "policy/sender.h"
#include "pop3/session.h"
#include "state/match.h"
#include "state/record.h"
#include "state/sizes.h"
#include "transfer/blame.h"
#include "transfer/commit.h"
#include "transfer/doubt.h"
#include "transfer/flight.h"
#include "transfer/message.h"
#include "transfer/outdated.h"
#include "transfer/refusal.h"
#include "transfer/run.h"
#include "transfer/twins.h"
#include "transfer/waiting.h"

enum {
	HEAD_OCTETS = 4096, /* looked at for the envelope sender before the message is begun */
};

/* Takes the next message in the order of RETR. */
static struct plan_entry *take_next(struct run *r)
{
	struct arrival *a = &r->arrival;

	a->entry = r->flight.order[r->flight.arrived++];
	r->again_arrived += r->repeating;
	r->flight.octets -= a->entry->octets;
	return a->entry;
}

void arrival_start(struct run *r, const struct session_event *event)
{
	struct arrival *a = &r->arrival;
	const struct plan_entry *e = take_next(r);

	a->under_way = true;
	a->begun = a->ended = false;
	a->octets = a->wire = a->left = 0;
	a->said = evidence_read_size(event->text, event->length);
	a->most = evidence_octets_most(r->t->account->retention.max_octets, e->octets);
	a->sizes = (struct evidence_sizes){.empty = true};
	a->edges = (struct edge_lines){0};
	a->fields = (struct edge_fields){0};
	buf_clear(&a->head);
	marks_start(&a->marks);
	marks_start(&a->marks_lf);
	a->held_cr = false;
	header_start(&a->header);
	header_start(&a->peek);
	header_fields_start(&a->about);
	a->peek.body_lines = SESSION_PEEK_LINES;
	*a->peeked = '\0';
	*r->t->step = STEP_FETCH;
}

void arrival_refuse(struct run *r)
{
	(void)take_next(r);
	r->arrival.under_way = false;
}

/* Begins the message at the destination, with the sender found in its beginning. */
static bool begin(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;
	char sender[256];
	struct destination_message message = {.uid = a->entry->uid, .now = r->t->now, .octets = a->entry->octets};

	*r->t->step = STEP_STORE;
	if (d->ops->wants_sender) {
		header_envelope_sender(a->head.data ? a->head.data : "", a->head.length, sender, sizeof(sender));
		message.sender = sender;
	}
	if (!d->ops->begin(d, &message, err))
		return false;
	a->begun = true;
	if (a->head.length > 0 && !d->ops->write(d, a->head.data, a->head.length, err))
		return false;
	*r->t->step = STEP_FETCH;
	return true;
}

static bool fail_outgrown(struct run *r, struct error *err)
{
	const struct arrival *a = &r->arrival;
	char name[MESSAGE_NAME];

	r->result->outgrown = a->octets;
	message_name(a->entry, name);
	if (r->t->account->retention.max_octets > 0) {
		error_set(err, ERROR_PROTOCOL,
		    "%s exceeds max_message_size: %" PRIu64 " bytes arrived, %" PRIu64 " were listed", name, a->octets,
		    a->entry->octets);
		return error_hint(err, "it stays on the server; raise max_message_size to fetch it");
	}
	error_set(err, ERROR_PROTOCOL, "%s does not end: %" PRIu64 " bytes arrived, %" PRIu64 " were listed", name,
	    a->octets, a->entry->octets);
	return error_hint(err,
	    "it stays on the server; to fetch it anyway, set max_message_size to more than its size");
}

static bool has_only_line_ends(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\r' && bytes[i] != '\n')
			return false;
	}
	return true;
}

bool arrival_take(struct run *r, const struct session_event *event, struct error *err)
{
	const char *bytes = event->text;
	size_t length = event->length;
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;

	marks_add(&a->marks, bytes, length);
	if (a->entry->outdated && r->t->account->delivery.crlf)
		outdated_add(r, bytes, length);
	header_add(&a->header, bytes, length);
	if (uid_is_made(a->entry->uid))
		header_add(&a->peek, bytes, length);
	if (d->ops->inform)
		header_fields_add(&a->about, bytes, length);
	edge_lines_add(&a->edges, bytes, length);
	edge_fields_add(&a->fields, bytes, length);
	a->octets += length;
	a->wire = event->octets;
	a->left = a->entry->octets - (event->octets < a->entry->octets ? event->octets : a->entry->octets);
	a->sizes.empty = a->sizes.empty && has_only_line_ends(bytes, length);
	if (a->octets > a->most)
		return fail_outgrown(r, err);
	if (a->begun) {
		if (d->ops->write(d, bytes, length, err))
			return true;
		*r->t->step = STEP_STORE;
		return false;
	}
	buf_append(&a->head, bytes, length);
	return a->head.length < HEAD_OCTETS || begin(r, err);
}

/* Returns the size received before, for a message that is received a second time. */
static uint64_t wire_before(const struct run *r)
{
	return r->repeating ? r->again[r->again_arrived - 1].sizes.wire : EVIDENCE_NO_SIZE;
}

static bool judge(struct run *r, enum evidence_verdict *verdict, struct error *err)
{
	struct arrival *a = &r->arrival;

	*verdict = EVIDENCE_WHOLE;
	if (!evidence_is_plain(&a->sizes)) {
		if (!r->knows_history && !doubt_read_history(r->t->state, &r->evidence, err))
			return false;
		r->knows_history = true;
		*verdict = evidence_judge(&r->evidence, &a->sizes, wire_before(r),
		    session_window(r->t->session) > 1 && !r->repeating);
	}
	/* The size received now counts. */
	if (r->repeating)
		evidence_forget(&r->evidence, &r->again[r->again_arrived - 1].sizes);
	evidence_note(&r->evidence, &a->sizes);
	return true;
}

/* Returns the doubt that the message's size leaves if no other message excuses it. */
static enum state_doubt doubt_of(const struct arrival *a)
{
	return !a->doubt ? STATE_SURE : evidence_is_suspect(&a->sizes) ? STATE_DOUBT_CONTENT : STATE_DOUBT_SIZE;
}

/* Passes what the complete message has shown to a destination that wants to know. */
static void inform(struct run *r)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;

	if (!d->ops->inform)
		return;
	sender_find(&a->about, a->sender);
	d->ops->inform(d,
	    &(struct destination_facts){.uid = uid_given(a->entry->uid), .sender = a->sender, .octets = a->octets});
}

/*
 * Mail readers that believe a Content-Length of 0 delete the body when they write an mbox. The message is stored
 * unchanged all the same. The first one of a run is reported.
 */
static void warn_of_length(struct run *r)
{
	const struct arrival *a = &r->arrival;
	char name[MESSAGE_NAME];

	if (!a->marks.no_length || !a->marks.has_body || r->t->destination->ops->recovery != DESTINATION_BY_INTENT)
		return;
	message_name(a->entry, name);
	log_line(r->t->log, r->warned_of_length ? LOG_VERBOSE : LOG_NORMAL,
	    "%s has a body although its field Content-Length says 0; mutt and neomutt would delete the body from the mbox; "
	    "use another reader, or deliver to a Maildir",
	    name);
	r->warned_of_length = true;
}

/* Writes the sizes of the complete message, and the doubt that they leave. */
static void note_sizes(const struct arrival *a, struct state_record *record)
{
	record->wire = a->sizes.wire;
	record->listed = a->entry->octets;
	record->said = a->said;
	/* A size that only other messages excuse is judged again after all of them have arrived. */
	record->excused = !a->doubt && !evidence_is_plain(&a->sizes);
	record->doubt = record->excused ? STATE_DOUBT_SIZE : doubt_of(a);
	record->lf = a->sizes.lf;
	record->fields = a->sizes.fields;
	record->dots = a->sizes.dots;
}

/* Completes the message at the destination and adds it to the batch. */
static bool finish(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	struct arrival *a = &r->arrival;
	struct state_record *record;
	enum destination_result result;

	*r->t->step = STEP_STORE;
	inform(r);
	result = d->ops->finish(d, err);
	if (result == DESTINATION_FAILED)
		return false;
	if (result != DESTINATION_TOOK)
		return refusal_take(r, result, err);
	record = batch_add(&r->batch, a->entry, a->octets);
	record->delivered = r->t->now;
	note_sizes(a, record);
	warn_of_length(r);
	record->marked = marks_end(&a->marks, record->sha256, record->bare);
	record->identifying = header_end(&a->header, record->header);
	record->own_header = *a->peeked && uid_has_header(a->entry->uid, a->peeked);
	if (!twins_note(r, record, err))
		return false;
	*r->t->step = STEP_FETCH;
	return true;
}

bool arrival_finish(struct run *r, struct error *err)
{
	struct arrival *a = &r->arrival;

	a->ended = false;
	return finish(r, err);
}

/* Makes the digests of the text that has arrived, which may still be finished. */
static struct state_digests digest_text(const struct arrival *a)
{
	struct marks marks = a->marks;
	struct state_digests digests;

	(void)marks_end(&marks, digests.whole, digests.bare);
	return digests;
}

/*
 * Drops a message whose size differs from the one the server gave; it is asked for again after all others have
 * arrived.
 */
static void defer(struct run *r)
{
	struct destination *d = r->t->destination;
	const struct arrival *a = &r->arrival;
	const struct state_digests digests = digest_text(a);
	struct again *again;

	log_line(r->t->log, LOG_VERBOSE,
	    "message %" PRIu32 " has %" PRIu64 " bytes but was listed with %" PRIu64 "; asking for it again",
	    a->entry->number, a->wire, a->entry->octets);
	d->ops->discard(d);
	if (!r->again)
		r->again = memory_zeroed(r->plan->count, sizeof(*r->again));
	again = &r->again[r->again_count++];
	*again = (struct again){.entry = a->entry, .sizes = a->sizes, .crowded = session_window(r->t->session) > 1};
	memcpy(again->sha256, digests.whole, DIGEST_SIZE);
	r->checks.misfit |= again->crowded;
}

/* Whether only the size was wrong the first time, and the text now may contain the answer to another command. */
static bool became_suspect(const struct run *r)
{
	return r->repeating && evidence_is_suspect(&r->arrival.sizes) &&
	    !evidence_is_suspect(&r->again[r->again_arrived - 1].sizes);
}

/* Refuses a message that came shorter than the first time, or together with other text: neither is the message. */
static void refuse_different(struct run *r)
{
	struct destination *d = r->t->destination;
	const struct arrival *a = &r->arrival;
	char name[MESSAGE_NAME];
	struct error err;

	d->ops->discard(d);
	r->result->not_taken++;
	message_name(a->entry, name);
	error_set(&err, ERROR_PROTOCOL,
	    "%s arrived twice, with %" PRIu64 " and %" PRIu64 " bytes, but was listed with %" PRIu64, name,
	    wire_before(r), a->wire, a->entry->octets);
	error_hint(&err, "it stays on the server; the next run tries again");
	err.temporary = true;
	r->t->problem(r->t->context, TRANSFER_INCOMPLETE, STEP_FETCH, &err);
}

static bool fail_exchanged(struct run *r, struct error *err)
{
	r->result->out_of_step = true;
	return error_set(err, ERROR_PROTOCOL, "message %" PRIu32 " came with the text of another message",
	    r->arrival.entry->number);
}

/* Digests the header and first lines, for a message whose UID was made from them. */
static void end_peek(struct arrival *a)
{
	unsigned char identity[DIGEST_SHORT];

	if (!uid_is_made(a->entry->uid))
		return;
	header_end(&a->peek, identity);
	digest_hex(a->peeked, identity, DIGEST_SHORT);
}

/*
 * The text of an outdated message came again. Its copy stays, and its record gets the sizes that came with it. The next
 * run deletes the message if it may.
 */
static bool keep_copy(struct run *r, struct error *err)
{
	struct destination *d = r->t->destination;
	struct state_record record = {.uid = r->arrival.entry->uid};

	d->ops->discard(d);
	note_sizes(&r->arrival, &record);
	if (!state_set_retried(r->t->state, &record, err))
		return false;
	if (record.excused)
		waiting_keep(r, r->arrival.entry, &record);
	return true;
}

/*
 * Two copies of a message may have been found in the destination, an incomplete one and a later one. Sets *same if the
 * other one has the text that came.
 */
static bool take_other_copy(struct run *r, const struct state_digests *digests, bool *same, struct error *err)
{
	struct header_identity header = r->arrival.header;
	const struct plan_entry *e = r->arrival.entry;
	unsigned char identity[DIGEST_SHORT];
	struct state_match match = {0};

	if (!outdated_was_found(r))
		return true;
	(void)header_end(&header, identity);
	if (!state_take_identical(r->t->state, identity, digests, e->octets, r->t->now, e->uid, &match, err))
		return false;
	*same = match.found;
	return true;
}

/*
 * An outdated message is asked for again (transfer/outdated). If the same text comes again, it is not delivered again, and
 * *same is set. If that text comes for another message, the server has swapped its answers.
 */
static bool compare_with_records(struct run *r, bool *same, struct error *err)
{
	const struct state_digests digests = digest_text(&r->arrival);
	enum outdated_text text;

	if (!outdated_compare(r, &digests, &text, err))
		return false;
	*same = text == OUTDATED_SAME;
	if (text == OUTDATED_OTHER && session_is_crowded(r->t->session))
		return fail_exchanged(r, err);
	return (*same || take_other_copy(r, &digests, same, err)) && (!*same || keep_copy(r, err));
}

static bool fail_mixed_up(struct run *r, struct error *err)
{
	const struct arrival *a = &r->arrival;

	r->result->out_of_step = true;
	return error_set(err, ERROR_PROTOCOL, "message %" PRIu32 " has %" PRIu64 " bytes but was listed with %" PRIu64,
	    a->entry->number, a->wire, a->entry->octets);
}

/*
 * The message came a second time, alone. If the first text was different, it may have been another message, which
 * in turn was taken for a third one.
 */
static bool was_mixed_up(const struct run *r)
{
	const struct again *again = &r->again[r->again_arrived - 1];
	const struct state_digests digests = digest_text(&r->arrival);

	return again->crowded && r->held > 0 && memcmp(digests.whole, again->sha256, DIGEST_SIZE) != 0;
}

/*
 * Whether the answers seem to belong to other messages. Either the message has the size of an adjacent one or, if
 * the size after RETR differs from LIST's, of any unproved one; or the text of the first attempt was another
 * message's.
 */
static bool looks_mixed_up(const struct run *r)
{
	const struct arrival *a = &r->arrival;

	if (r->repeating)
		return was_mixed_up(r);
	if (!session_is_crowded(r->t->session))
		return false;
	return (a->doubt && flight_neighbor_has_size(r, a->wire)) ||
	    (a->said == a->wire && a->wire != a->entry->octets && flight_has_size(r, a->entry, a->wire));
}

/* Whether the message is complete is decided here. */
bool arrival_end(struct run *r, const struct session_event *event, struct error *err)
{
	struct arrival *a = &r->arrival;
	enum evidence_verdict verdict;
	bool same;

	a->under_way = false;
	a->left = 0;
	a->wire = event->octets_crlf;
	a->sizes.listed = a->entry->octets;
	a->sizes.said = a->said;
	a->sizes.sent = event->octets;
	a->sizes.wire = event->octets_crlf;
	a->sizes.lf = event->octets_lf;
	a->sizes.dots = event->dots;
	a->sizes.unstuffed = event->unstuffed;
	a->sizes.cr = edge_lines_end_with_cr(&a->edges, r->t->account->delivery.crlf);
	a->sizes.foreign = edge_lines_are_foreign(&a->edges);
	a->sizes.fields = a->wire > a->sizes.listed && edge_fields_have(&a->fields, a->wire - a->sizes.listed);
	if (!judge(r, &verdict, err))
		return false;
	a->doubt = verdict != EVIDENCE_WHOLE;
	end_peek(a);
	if (session_window(r->t->session) > 1 && flight_has_other_header(r))
		return fail_exchanged(r, err);
	if (looks_mixed_up(r))
		return fail_mixed_up(r, err);
	if (!compare_with_records(r, &same, err))
		return false;
	if (same)
		return true;
	if (a->doubt && !r->repeating) {
		defer(r);
		return true;
	}
	if (a->doubt && (a->wire < wire_before(r) || became_suspect(r) || outdated_is_longer(r))) {
		refuse_different(r);
		return true;
	}
	if (!a->begun && !begin(r, err))
		return false;
	if (!flight_is_checked(r) && !session_is_quiet(r->t->session))
		return blame_noise(r, err);
	/* A delivery that cannot be undone waits for the proof that this is the requested message. */
	if (flight_is_checked(r) && r->t->destination->ops->final) {
		a->ended = true;
		return true;
	}
	if (!finish(r, err))
		return false;
	if (!flight_is_checked(r))
		r->checks.verified = r->batch.count;
	return flight_is_checked(r) || !batch_is_full(&r->batch, r->t->destination->ops) || commit_batch(r, err);
}
