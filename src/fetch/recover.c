#include "config.h"

#include "fetch/recover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/uid.h"
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"
#include "policy/header.h"
#include "policy/marks.h"
#include "state/intent.h"
#include "state/join.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/record.h"
#include "state/state.h"

/* The messages appended to an mbox, for recognizing them where a mail program has changed their headers. */
struct appended {
	const struct state_record *records;
	struct marks marks;				     /* of the message being read */
	unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE]; /* of the last message */
};

static void add_to_marks(void *context, const char *bytes, size_t length)
{
	struct appended *a = context;

	marks_add(&a->marks, bytes, length);
}

static void end_marks(void *context)
{
	struct appended *a = context;

	(void)marks_end(&a->marks, a->whole, a->bare);
	marks_start(&a->marks);
}

/* Compares as verify/verify does. */
static bool is_appended(void *context, size_t index)
{
	const struct appended *a = context;
	const unsigned char *sha256 = a->records[index].sha256;

	return memcmp(a->whole, sha256, DIGEST_SIZE) == 0 || memcmp(a->bare, sha256, DIGEST_SIZE) == 0;
}

static bool settle_intent(struct state *state, struct destination *d, const struct mbox_intent *intent,
    const struct state_record *records, const struct log *log, struct error *err)
{
	struct appended appended = {.records = records};
	const struct destination_matcher matcher = {&appended, add_to_marks, end_marks, is_appended};
	bool *found = memory_zeroed(intent->count + 1, sizeof(*found));
	size_t count = 0;
	bool ok;

	marks_start(&appended.marks);
	ok = mbox_ops.recover(d, intent, &matcher, found, err);
	for (size_t i = 0; ok && i < intent->count; i++) {
		if (!found[i])
			continue;
		ok = state_add(state, &records[i], err);
		count++;
	}
	free(found);
	if (!ok)
		return false;
	log_line(log, LOG_VERBOSE, "the last run died while writing to %s: %zu of %zu messages are in the file",
	    intent->path, count, intent->count);
	return state_drop_intent(state, err) && state_commit(state, err);
}

bool recover_mbox(struct state *state, struct destination *d, const struct log *log, struct error *err)
{
	struct mbox_intent intent;
	struct state_record *records;
	bool ok = state_get_intent(state, &intent, &records, err);

	if (ok && intent.path)
		ok = settle_intent(state, d, &intent, records, log, err);
	for (size_t i = 0; i < intent.count; i++)
		free((char *)(uintptr_t)records[i].uid);
	free(records);
	mbox_intent_free(&intent);
	return ok;
}

/* The search for delivered messages that are not recorded. */
struct search {
	struct state *state;
	struct destination *destination;
	char *maildrop; /* the maildrop whose UIDs are recorded; NULL: not known */
	int64_t now;
	char (*recorded)[DESTINATION_IDENTITY]; /* identities of the recorded messages */
	size_t count, capacity;
	/* The following members describe the message being read. */
	struct digest digest;
	/* header: as it is; read: without fields that a mail program may have added */
	struct header_identity header, read;
	uint64_t octets;
	size_t found;
};

static void add_recorded(void *context, const char *uid)
{
	struct search *s = context;
	const char *identity = uid_found_identity(uid);

	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 256;
		s->recorded = memory_resize(s->recorded, s->capacity, sizeof(*s->recorded));
	}
	if (identity)
		snprintf(s->recorded[s->count++], DESTINATION_IDENTITY, "%s", identity);
	else
		s->destination->ops->identity(s->destination, s->maildrop, uid, s->recorded[s->count++]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void start_reading(struct search *s)
{
	digest_start(&s->digest);
	header_start(&s->header);
	header_start(&s->read);
	s->read.read = true;
	s->octets = 0;
}

static bool is_unrecorded(void *context, const char *identity)
{
	const struct search *s = context;
	char key[DESTINATION_IDENTITY];

	snprintf(key, sizeof(key), "%s", identity);
	return s->count == 0 || !bsearch(key, s->recorded, s->count, sizeof(*s->recorded), by_text);
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	struct search *s = context;

	digest_add(&s->digest, bytes, length);
	header_add(&s->header, bytes, length);
	header_add(&s->read, bytes, length);
	s->octets += length;
}

static bool record_found(void *context, const char *identity, uint64_t crlf_octets, uint64_t original, int64_t when,
    struct error *err)
{
	struct search *s = context;
	struct state_record record = {
	    .octets = s->octets,
	    .wire = original > 0 ? original : crlf_octets,
	    .listed = original > 0 ? original : crlf_octets,
	    .said = original,
	    .delivered = when,
	};

	digest_end(&s->digest, record.sha256);
	header_end(original > 0 ? &s->read : &s->header, record.header);
	start_reading(s);
	s->found++;
	return state_add_found(s->state, identity, &record, s->now, err);
}

bool recover_place(struct state *state, struct destination *d, int64_t now, const struct log *log, struct error *err)
{
	struct search s = {.state = state, .destination = d, .now = now};
	const struct destination_finder finder = {&s, is_unrecorded, take_octets, record_found};
	bool ok;

	if (!state_needs_recovery(state) || d->ops->recovery != DESTINATION_BY_NAME)
		return true;
	start_reading(&s);
	ok = state_maildrop_name(state, &s.maildrop, err) && state_each_uid(state, add_recorded, &s, err);
	if (ok && s.count > 0)
		qsort(s.recorded, s.count, sizeof(*s.recorded), by_text);
	/* All of it is on stable storage before the state records it; only then is the run that died ended. */
	ok = ok && d->ops->find(d, state_recover_since(state), &finder, err) && state_end_run(state, now, err);
	if (ok && s.found > 0)
		log_line(log, LOG_VERBOSE, "%zu messages are in the destination but were not recorded", s.found);
	free(s.recorded);
	free(s.maildrop);
	return ok;
}
