#include "config.h"

#include "transfer/twins.h"

#include <string.h>

#include "policy/plan.h"
#include "state/record.h"
#include "state/sizes.h"
#include "transfer/flight.h"
#include "transfer/message.h"
#include "transfer/run.h"

/* Returns the kind of doubt. TOP identifies the message in the next run; if it cannot, only the size by LIST can. */
static enum state_doubt doubt_of(const struct run *r, const char *uid, bool identifying)
{
	return flight_is_identifiable(r, uid, identifying) ? STATE_DOUBT_IDENTITY : STATE_DOUBT_CONTENT;
}

static void doubt_record(const struct run *r, struct state_record *record)
{
	record->doubt = doubt_of(r, record->uid, record->identifying);
	record->said = STATE_UNSIZED; /* RETR's number may have been that of the other message */
	record->excused = record->held = false;
}

/*
 * Puts an earlier message in doubt: one in the batch, or one that is stored and waiting. The next commit makes it
 * permanent.
 */
static bool doubt_earlier(struct run *r, const struct plan_entry *entry, bool identifying, struct error *err)
{
	enum state_doubt doubt = doubt_of(r, entry->uid, identifying);

	for (size_t i = 0; i < r->batch.count; i++) {
		if (r->batch.entries[i] == entry) {
			doubt_record(r, &r->batch.records[i]);
			return true;
		}
	}
	for (size_t i = 0; i < r->waiting_count; i++) {
		struct waiting w = r->waiting[i];

		if (w.entry != entry)
			continue;
		memmove(&r->waiting[i], &r->waiting[i + 1], (--r->waiting_count - i) * sizeof(w));
		if (state_doubts_size(doubt))
			message_report_doubt(r, w.entry, &w.sizes);
		return state_set_sizes(r->t->state, w.entry->uid, w.sizes.listed, STATE_UNSIZED, doubt, err);
	}
	return true;
}

/* Returns 0 if all messages have their size, because then no comparison is needed. */
static size_t count_known(const struct run *r, const struct twin *this)
{
	if (!this->excused && (r->twin_excused == 0 || r->twin_count - r->twin_excused >= TWINS_MOST))
		return 0;
	return r->twin_count < TWINS_MOST ? r->twin_count : TWINS_MOST;
}

bool twins_note(struct run *r, struct state_record *record, struct error *err)
{
	struct twin this = {.entry = r->arrival.entry, .excused = record->excused};
	size_t count = count_known(r, &this);

	memcpy(&this.mark, record->sha256, sizeof(this.mark));
	for (size_t i = 0; i < count; i++) {
		struct twin *other = &r->twins[i];

		if (other->mark != this.mark || other->entry->octets == this.entry->octets)
			continue;
		this.doubted |= this.excused;
		if (!other->excused || other->doubted)
			continue;
		other->doubted = true;
		if (!doubt_earlier(r, other->entry, record->identifying, err))
			return false;
	}
	if (this.doubted)
		doubt_record(r, record);
	r->twins[r->twin_count++ % TWINS_MOST] = this;
	r->twin_excused = this.excused ? r->twin_count : r->twin_excused;
	return true;
}

bool twins_doubt(const struct run *r, const struct plan_entry *entry)
{
	for (size_t i = 0; i < r->twin_count && i < TWINS_MOST; i++) {
		if (r->twins[i].entry == entry && r->twins[i].doubted)
			return true;
	}
	return false;
}
