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
#include "state/archive.h"
#include "state/intent.h"
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
	const struct state_record *r = &a->records[index];

	return memcmp(a->whole, r->sha256, DIGEST_SIZE) == 0 ||
	    memcmp(a->bare, r->marked ? r->bare : r->sha256, DIGEST_SIZE) == 0;
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

/* A recorded message. */
struct recorded {
	char identity[DESTINATION_IDENTITY];
	unsigned char bare[DIGEST_SIZE]; /* as in struct state_kept */
	bool seen;			 /* a file in the destination stands for it */
};

/* The search for delivered messages that are not recorded. */
struct search {
	struct state *state;
	struct destination *destination;
	int64_t now;
	char (*recorded)[DESTINATION_IDENTITY]; /* identities of the recorded messages */
	size_t count, capacity;
	/* The records in full, needed only if a reader has renamed files; sorted by identity. */
	struct recorded *records;
	size_t record_count, record_capacity;
	bool by_bare; /* they are sorted by their bare digests now */
	/* The following members describe the message being read. */
	struct marks marks;
	/* header: as it is; read: without fields that a mail program may have added */
	struct header_identity header, read;
	uint64_t octets;
	size_t found;
};

static void add_recorded(void *context, const char *maildrop, const char *uid, const char *identity)
{
	struct search *s = context;

	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 256;
		s->recorded = memory_resize(s->recorded, s->capacity, sizeof(*s->recorded));
	}
	if (identity[0])
		snprintf(s->recorded[s->count++], DESTINATION_IDENTITY, "%s", identity);
	else
		s->destination->ops->identity(s->destination, maildrop, uid, s->recorded[s->count++]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void start_reading(struct search *s)
{
	marks_start(&s->marks);
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

	marks_add(&s->marks, bytes, length);
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

	record.marked = marks_end(&s->marks, record.sha256, record.bare);
	header_end(original > 0 ? &s->read : &s->header, record.header);
	start_reading(s);
	s->found++;
	return state_add_found(s->state, identity, &record, s->now, err);
}

static void keep_record(void *context, const struct state_kept *kept)
{
	struct search *s = context;
	struct recorded *r;

	/* A message that is to be fetched again may be the one that was delivered. */
	if (kept->server == STATE_AWAITED)
		return;
	if (s->record_count == s->record_capacity) {
		s->record_capacity = s->record_capacity ? s->record_capacity * 2 : 256;
		s->records = memory_resize(s->records, s->record_capacity, sizeof(*s->records));
	}
	r = &s->records[s->record_count++];
	*r = (struct recorded){0};
	memcpy(r->bare, kept->bare, DIGEST_SIZE);
	if (kept->identity[0])
		snprintf(r->identity, sizeof(r->identity), "%s", kept->identity);
	else if (kept->maildrop && kept->placed[0])
		s->destination->ops->identity(s->destination, kept->maildrop, kept->placed, r->identity);
}

static int by_identity(const void *a, const void *b)
{
	return strcmp(((const struct recorded *)a)->identity, ((const struct recorded *)b)->identity);
}

static bool read_records(void *context, struct error *err)
{
	struct search *s = context;

	if (!state_each_kept(s->state, keep_record, s, err))
		return false;
	if (s->record_count > 0)
		qsort(s->records, s->record_count, sizeof(*s->records), by_identity);
	return true;
}

static void note_seen(void *context, const char *identity)
{
	struct search *s = context;
	struct recorded key, *found;

	snprintf(key.identity, sizeof(key.identity), "%s", identity);
	found = s->record_count > 0 ? bsearch(&key, s->records, s->record_count, sizeof(key), by_identity) : NULL;
	if (found)
		found->seen = true;
}

static int by_bare(const void *a, const void *b)
{
	return memcmp(((const struct recorded *)a)->bare, ((const struct recorded *)b)->bare, DIGEST_SIZE);
}

static bool take_digest(const struct search *s, const unsigned char digest[DIGEST_SIZE])
{
	struct recorded key, *r, *end = s->records + s->record_count;

	memcpy(key.bare, digest, DIGEST_SIZE);
	r = s->record_count > 0 ? bsearch(&key, s->records, s->record_count, sizeof(key), by_bare) : NULL;
	while (r && r > s->records && by_bare(r - 1, &key) == 0)
		r--;
	while (r && r < end && by_bare(r, &key) == 0 && r->seen)
		r++;
	if (!r || r == end || by_bare(r, &key) != 0)
		return false;
	r->seen = true;
	return true;
}

/*
 * Takes the record of a message that a reader has renamed after it was recorded. Each file stands for one record. An
 * old record has only the digest of the whole message.
 */
static bool take_record(struct search *s, const struct state_record *message)
{
	if (!s->by_bare && s->record_count > 0)
		qsort(s->records, s->record_count, sizeof(*s->records), by_bare);
	s->by_bare = true;
	return take_digest(s, message->bare) || take_digest(s, message->sha256);
}

/*
 * Records a message with a name that another program has given. It may belong to another account, so it counts only if
 * the server lists a message with its header. Its time of delivery is unknown; the latest keeps it on the server.
 */
static bool record_renamed(void *context, uint64_t crlf_octets, bool *wanted, struct error *err)
{
	struct search *s = context;
	struct state_record record = {.octets = s->octets, .wire = crlf_octets, .delivered = s->now};

	record.marked = marks_end(&s->marks, record.sha256, record.bare);
	record.listed = crlf_octets - s->marks.mark_octets;
	(void)header_end(&s->header, record.header);
	start_reading(s);
	*wanted = !take_record(s, &record);
	s->found += *wanted;
	return !*wanted || state_add_found_any(s->state, &record, s->now, err);
}

bool recover_place(struct state *state, struct destination *d, int64_t now, const struct log *log, struct error *err)
{
	struct search s = {.state = state, .destination = d, .now = now};
	const struct destination_finder finder = {
	    .context = &s,
	    .wants = is_unrecorded,
	    .octets = take_octets,
	    .found = record_found,
	    .expect_renamed = read_records,
	    .seen = note_seen,
	    .renamed = record_renamed,
	};
	bool ok;

	if (!state_needs_recovery(state) || d->ops->recovery != DESTINATION_BY_NAME)
		return true;
	start_reading(&s);
	ok = state_each_placed(state, add_recorded, &s, err);
	if (ok && s.count > 0)
		qsort(s.recorded, s.count, sizeof(*s.recorded), by_text);
	/* All of it is on stable storage before the state records it; only then is the run that died ended. */
	ok = ok && d->ops->find(d, state_recover_since(state), &finder, err) && state_end_run(state, now, err);
	if (ok && s.found > 0)
		log_line(log, LOG_VERBOSE, "%zu message%s in the destination without a record", s.found,
		    s.found == 1 ? " is" : "s are");
	free(s.recorded);
	free(s.records);
	return ok;
}
