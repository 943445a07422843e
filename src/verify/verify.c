#include "config.h"

#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "config/account.h"
#include "fetch/place.h"
#include "fetch/recover.h"
#include "state/archive.h"
#include "state/place.h"
#include "state/sizes.h"
#include "state/state.h"
#include "verify/copies.h"
#include "verify/keys.h"
#include "verify/leftovers.h"
#include "verify/sizes.h"

enum { TRIES = 5 }; /* attempts while other programs change the destination */

/* A delivered message, and the result for it. */
struct record {
	struct copies_key key;
	unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE]; /* as in struct copy */
	uint64_t octets;
	int64_t delivered;
	enum state_server server;
	size_t uid, row; /* offsets in verify.texts of the server's UID and the state's key */
	enum verify_verdict verdict;
	bool settled, marked, doubt, foreign;
	size_t path; /* offset in copies.texts, if there is a copy */
	uint64_t offset;
	int failure;
};

struct verify {
	const struct account *account;
	const struct verify_request *request;
	struct state *state;
	struct record *records;
	size_t count, capacity, unsettled;
	struct buf texts;
	struct place place;
	struct copies copies;
	bool bare;	    /* the keys are without the fields that mail programs write */
	size_t known;	    /* sorted copies that need not be read again */
	struct sizes sizes; /* of messages that are searched for */
	bool any_size;	    /* files of any size may be altered copies that are searched for */
};

static size_t keep_text(struct buf *texts, const char *text)
{
	size_t at = texts->length;

	buf_append(texts, text, strlen(text) + 1);
	return at;
}

static void add_record(void *context, const struct state_kept *kept)
{
	struct verify *v = context;
	struct record *r;

	if (kept->unclaimed)
		return;
	if (v->count == v->capacity) {
		v->capacity = v->capacity ? v->capacity * 2 : 256;
		v->records = memory_resize(v->records, v->capacity, sizeof(*v->records));
	}
	r = &v->records[v->count++];
	*r = (struct record){.octets = kept->octets,
	    .delivered = kept->delivered,
	    .server = kept->server,
	    .doubt = kept->doubt,
	    .foreign = kept->foreign};
	memcpy(r->whole, kept->sha256, DIGEST_SIZE);
	memcpy(r->bare, kept->bare, DIGEST_SIZE);
	memcpy(r->key.header, kept->header, DIGEST_SHORT);
	if (kept->identity[0])
		memcpy(r->key.identity, kept->identity, strnlen(kept->identity, DESTINATION_IDENTITY - 1));
	else
		copies_identity(v->account, kept->maildrop, kept->placed, kept->header, r->key.identity);
	/* A made UID is of no use to the user. */
	r->uid = keep_text(&v->texts, uid_given(kept->uid));
	r->row = keep_text(&v->texts, kept->key);
}

/* Assigns a copy to a record. A key is the first member of both. */
static void settle(struct verify *v, struct copies_key *record_key, struct copies_key *copy_key, bool whole)
{
	struct record *r = (struct record *)record_key;
	struct copy *c = (struct copy *)copy_key;

	r->settled = c->taken = true;
	if (whole)
		r->verdict = r->doubt ? VERIFY_INCOMPLETE : c->elsewhere ? VERIFY_MOVED : VERIFY_WHOLE;
	else
		r->verdict = c->failure ? VERIFY_UNREADABLE : c->compressed ? VERIFY_COMPRESSED : VERIFY_ALTERED;
	r->marked = whole && v->bare;
	r->path = c->path;
	r->offset = c->offset;
	r->failure = c->failure;
	v->unsettled--;
}

/* Assigns matching copies to the records that have none: copies elsewhere, or in the account's own directories. */
static void join(struct verify *v, bool elsewhere, keys_matcher match, int (*order)(const void *, const void *),
    bool whole)
{
	struct copies_key **records = memory_zeroed(v->count, sizeof(*records));
	struct copies_key **copies = memory_zeroed(v->copies.count, sizeof(*copies));
	size_t record_count = 0, copy_count = 0;

	for (size_t i = 0; i < v->count; i++) {
		if (!v->records[i].settled && (match != keys_match_identity || v->records[i].key.identity[0]))
			records[record_count++] = &v->records[i].key;
	}
	for (size_t i = 0; i < v->copies.count && record_count > 0; i++) {
		struct copy *c = &v->copies.list[i];

		if (!c->taken && c->elsewhere == elsewhere && (match != keys_match_header || c->identifying))
			copies[copy_count++] = &c->key;
	}
	if (record_count > 0 && copy_count > 0) {
		qsort(records, record_count, sizeof(*records), order);
		qsort(copies, copy_count, sizeof(*copies), order);
	}
	for (size_t i = 0, k = 0; i < record_count && k < copy_count;) {
		int difference = match(records[i], copies[k]);

		if (difference == 0)
			settle(v, records[i], copies[k], whole);
		i += difference <= 0;
		k += difference >= 0;
	}
	free(records);
	free(copies);
}

/* Sets what the keys of all records and copies compare that are not joined yet. */
static void compare_by(struct verify *v, bool bare)
{
	v->bare = bare;
	for (size_t i = 0; i < v->count; i++) {
		struct record *r = &v->records[i];

		if (!r->settled)
			memcpy(r->key.sha256, bare ? r->bare : r->whole, DIGEST_SIZE);
	}
	copies_compare(&v->copies, bare);
}

static void join_digests(struct verify *v)
{
	for (int bare = 0; bare <= 1; bare++) {
		compare_by(v, bare);
		for (int elsewhere = 0; elsewhere <= 1; elsewhere++)
			join(v, elsewhere, keys_match_both, keys_by_both, true);
		for (int elsewhere = 0; elsewhere <= 1; elsewhere++)
			join(v, elsewhere, keys_match_digest, keys_by_digest, true);
	}
}

/* Returns whether a file may be a message that is searched for. */
static bool wants(void *context, const struct archive_message *m)
{
	const struct verify *v = context;
	bool fits = m->compressed ? sizes_have(&v->sizes, m->original) : sizes_have_about(&v->sizes, m->octets);

	return ((v->any_size && !m->elsewhere) || fits) && !copies_has_file(&v->copies, v->known, m);
}

static void gather_sizes(struct verify *v)
{
	sizes_clear(&v->sizes);
	v->any_size = false;
	for (size_t i = 0; i < v->count; i++) {
		if (v->records[i].settled)
			continue;
		sizes_add(&v->sizes, v->records[i].octets);
		v->any_size |= v->records[i].foreign;
	}
	sizes_sort(&v->sizes);
}

/*
 * Searches by size. Mail programs rename the messages they move, so a file of the right size is read whatever its
 * name. Files of messages that another program delivered never had a name by which an altered one is known, so all
 * files beside them are read.
 */
static bool find_by_size(struct verify *v, struct error *err)
{
	bool ok = true;

	v->copies.wants = wants;
	v->copies.context = v;
	for (int i = 0; ok && i < TRIES && v->unsettled > 0; i++) {
		gather_sizes(v);
		v->known = v->copies.count;
		ok = copies_read(&v->copies, false, false, err);
		if (ok)
			join_digests(v);
		if (!v->copies.changed)
			break;
	}
	return ok;
}

/* Finds altered copies. Each has the identity of its message or, if the state does not know that, its header. */
static void join_altered(struct verify *v)
{
	for (int elsewhere = 0; elsewhere <= 1; elsewhere++)
		join(v, elsewhere, keys_match_identity, keys_by_identity, false);
	for (int elsewhere = 0; elsewhere <= 1 && v->unsettled > 0; elsewhere++)
		join(v, elsewhere, keys_match_header, keys_by_header, false);
}

static void name_size(struct copies_key *key, uint64_t octets)
{
	snprintf(key->identity, sizeof(key->identity), "size:%llu", (unsigned long long)octets);
}

/*
 * Joins what is left with files of any name whose content cannot be read because it is compressed, by the original
 * sizes in their names. Such a message may be intact, so it must not be fetched again.
 */
static void join_compressed(struct verify *v)
{
	for (size_t i = 0; i < v->count; i++) {
		if (!v->records[i].settled)
			name_size(&v->records[i].key, v->records[i].octets);
	}
	for (size_t i = 0; i < v->copies.count; i++) {
		struct copy *c = &v->copies.list[i];

		if (c->compressed && !c->taken && !c->own)
			name_size(&c->key, c->original);
	}
	for (int elsewhere = 0; elsewhere <= 1; elsewhere++)
		join(v, elsewhere, keys_match_identity, keys_by_identity, false);
}

static void start_again(struct verify *v)
{
	copies_clear(&v->copies);
	v->unsettled = v->count;
	for (size_t i = 0; i < v->count; i++)
		v->records[i].settled = false;
}

static bool find_copies(struct verify *v, struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		start_again(v);
		if (!copies_read(&v->copies, true, false, err))
			return false;
		join_digests(v);
		if (v->unsettled > 0 && destination_has_names(v->account->delivery.to.ops) && !find_by_size(v, err))
			return false;
		if (v->unsettled == 0 || destination_has_names(v->account->delivery.to.ops) || !v->copies.changed) {
			join_altered(v);
			join_compressed(v);
			return true;
		}
	}
	error_set(err, ERROR_LOCKED, "another program is changing the mbox %s", v->account->delivery.to.path);
	return error_hint(err, "try again later");
}

static int by_delivery(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	if (x->delivered != y->delivered)
		return x->delivered < y->delivered ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/*
 * Notes that a message will be fetched again. This applies only to messages that the server still lists, as far as
 * known. If the copy is as it was delivered, it stays unless another text comes.
 */
static bool fetch_again(struct verify *v, const struct record *r, bool *again, struct error *err)
{
	const char *key = buf_string(&v->texts) + r->row;

	*again = v->request->again && r->server == STATE_LISTED && verify_is_finding(r->verdict);
	if (!*again)
		return true;
	return r->verdict == VERIFY_INCOMPLETE ? state_retry(v->state, key, err)
					       : state_lose(v->state, key, (int64_t)time(NULL), err);
}

static void report(struct verify *v, const struct record *r, bool again)
{
	const char *uid = buf_string(&v->texts) + r->uid;
	struct verify_finding finding = {
	    .verdict = r->verdict,
	    .uid = uid[0] ? uid : NULL,
	    .delivered = r->delivered,
	    .octets = r->octets,
	    .server = r->server,
	    .path = r->settled ? buf_string(&v->copies.texts) + r->path : NULL,
	    .offset = r->offset,
	    .failure = r->failure,
	    .again = again,
	};

	v->request->report(v->request->context, &finding);
}

static void count_place(struct verify_summary *s, const struct record *r, bool again)
{
	s->again += again;
	s->retried += again && r->verdict == VERIFY_INCOMPLETE;
	if (again || !verify_is_finding(r->verdict))
		return;
	s->listed += r->server == STATE_LISTED;
	s->gone += r->server == STATE_GONE;
	s->awaited += r->server == STATE_AWAITED;
}

struct copies_report {
	struct verify *verify;
	struct verify_summary *summary;
};

static void report_copy(void *context, const struct copy *c, const struct copies_key *key)
{
	struct copies_report *report = context;
	struct verify *v = report->verify;
	const struct record *r = (const struct record *)key;
	const char *uid = r ? buf_string(&v->texts) + r->uid : "";
	struct verify_finding finding = {
	    .verdict = r ? VERIFY_LEFTOVER : VERIFY_UNRECORDED,
	    .uid = *uid ? uid : NULL,
	    .delivered = r ? r->delivered : 0,
	    .octets = c->octets,
	    .server = r ? r->server : STATE_GONE,
	    .path = buf_string(&v->copies.texts) + c->path,
	    .offset = c->offset,
	    .failure = c->failure,
	};

	/* In an mbox, the same message may have been delivered by another account. */
	if (r && !destination_has_names(v->account->delivery.to.ops) &&
	    (memcmp(c->whole, r->whole, DIGEST_SIZE) == 0 || memcmp(c->bare, r->bare, DIGEST_SIZE) == 0))
		return;
	report->summary->leftover += r != NULL;
	report->summary->unrecorded += destination_has_names(v->account->delivery.to.ops);
	v->request->report(v->request->context, &finding);
}

static void report_copies(struct verify *v, struct verify_summary *s)
{
	const struct copies_key **keys = memory_zeroed(v->count, sizeof(*keys));
	struct copies_report report = {v, s};

	for (size_t i = 0; i < v->count; i++)
		keys[i] = &v->records[i].key;
	leftovers_each(&v->copies, keys, v->count, report_copy, &report);
	free(keys);
}

static bool conclude(struct verify *v, struct verify_summary *s, struct error *err)
{
	s->messages = v->count;
	if (v->count > 0)
		qsort(v->records, v->count, sizeof(*v->records), by_delivery);
	for (size_t i = 0; i < v->count; i++) {
		struct record *r = &v->records[i];
		bool again = false;

		if (!r->settled)
			r->verdict = VERIFY_MISSING;
		s->whole += r->verdict == VERIFY_WHOLE || r->verdict == VERIFY_MOVED;
		s->moved += r->verdict == VERIFY_MOVED;
		s->marked += r->settled && r->marked;
		s->altered += r->verdict == VERIFY_ALTERED;
		s->unreadable += r->verdict == VERIFY_UNREADABLE;
		s->incomplete += r->verdict == VERIFY_INCOMPLETE;
		s->compressed += r->verdict == VERIFY_COMPRESSED;
		s->missing += r->verdict == VERIFY_MISSING;
		if (r->verdict == VERIFY_WHOLE || (r->verdict == VERIFY_MISSING && v->request->ignore_missing))
			continue;
		if (!fetch_again(v, r, &again, err))
			return false;
		count_place(s, r, again);
		report(v, r, again);
	}
	report_copies(v, s);
	return !v->request->again || state_commit(v->state, err);
}

/*
 * Records the messages of a run that died. Otherwise they would be fetched again, or hide that a message was altered.
 */
static bool recover(struct verify *v, struct error *err)
{
	const struct account *a = v->account;
	struct destination_settings settings = {.account = a->name, .maildrop = "", .path = a->delivery.to.path};
	struct destination *d = NULL;
	bool ok;

	settings.died = state_needs_recovery(v->state);
	place_settings(v->state, &settings);
	ok = a->delivery.to.ops->open(&d, &settings, err) && recover_mbox(v->state, d, NULL, err) &&
	    recover_place(v->state, d, (int64_t)time(NULL), NULL, err);

	destination_close(&d);
	return ok;
}

static bool open_state(struct verify *v, struct error *err)
{
	const char *directory = v->request->state_dir, *account = v->account->name;

	if (!state_exists(directory, account)) {
		error_set(err, ERROR_STORAGE,
		    "there is no state file %s/%s.db, which would record the delivered messages", directory, account);
		return error_hint(err, "fetch the account first, or see --rebuild in mailhaul(1)");
	}
	return state_open(&v->state, directory, account, v->request->again ? STATE_WRITE : STATE_READ, err);
}

/* Opens the state, and examines the place. */
static bool open_both(struct verify *v, struct error *err)
{
	bool ok = open_state(v, err) && copies_are_there(v->account, err) &&
	    place_examine(&v->place, v->state, v->account, err);

	if (ok)
		v->copies.label = state_label(v->state);
	return ok;
}

/* Settles the place unless messages are missing that the user did not have fetched again or ignored. */
static bool settle_place(struct verify *v, const struct verify_summary *s, struct error *err)
{
	const struct verify_request *r = v->request;

	if (!v->place.noted.behind || (s->missing > 0 && !r->again && !r->ignore_missing))
		return true;
	if (!r->again) {
		state_close(&v->state);
		if (!state_open(&v->state, r->state_dir, v->account->name, STATE_WRITE, err))
			return false;
	}
	return state_settle_place(v->state, err);
}

bool verify_account(const struct account *account, const struct verify_request *request, struct verify_summary *summary,
    struct error *err)
{
	struct verify v = {.account = account, .request = request, .copies = {.account = account}};
	int64_t regained; /* by a run since the last verify */
	bool ok = open_both(&v, err) &&
	    (!request->again ||
		(recover(&v, err) && state_forget_regained(v.state, &regained, err) &&
		    state_forget_retries(v.state, err))) &&
	    state_each_kept(v.state, add_record, &v, err) && find_copies(&v, err);

	*summary = (struct verify_summary){0};
	ok = ok && conclude(&v, summary, err) && settle_place(&v, summary, err);
	place_free(&v.place);
	copies_free(&v.copies);
	buf_free(&v.texts);
	free(v.records);
	sizes_free(&v.sizes);
	state_close(&v.state);
	return ok;
}

bool verify_regained(const struct account *account, const char *state_dir, uint64_t retried, uint64_t *count,
    struct error *err)
{
	struct state *state = NULL;
	int64_t regained = 0, left = 0;
	bool ok = state_open(&state, state_dir, account->name, STATE_WRITE, err) &&
	    state_forget_regained(state, &regained, err) && state_count_retries(state, &left, err) &&
	    state_commit(state, err);

	*count = (uint64_t)regained + (retried > (uint64_t)left ? retried - (uint64_t)left : 0);
	state_close(&state);
	return ok;
}
