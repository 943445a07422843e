/*
 * The state's file. Input: flags; then the file, or changes to it. Flags: 1: the input is changes to a good file,
 * three octets for the place and one for the value, instead of a complete file; 2: it is opened read-only; 4: the
 * first two octets give the size of the part that is the write-ahead log. Any file has to be used, or refused with
 * a storage error, without a crash.
 */
#include "config.h"

#include "base/error.h"
#include "base/memory.h"
#include "deliver/mbox_intent.h"
#include "fuzz.h"
#include "state/intent.h"
#include "state/join.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/record.h"
#include "state/refusal.h"
#include "state/state.h"
#include "state/unfetched.h"
#include "state/trouble.h"

static const int64_t now = 1700000000;

static void must_be_storage(bool ok, const struct error *err)
{
	MUST(ok || ((err->kind == ERROR_STORAGE || err->kind == ERROR_LOCKED) && fuzz_error_is_good(err)));
}

static void remove_files(void)
{
	static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm", "a.db-journal", "a.lock"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fuzz_remove(names[i]);
}

/* Adds messages, a note, a run that did not end, and its intent to append. */
static void fill(struct state *s)
{
	struct mbox_extent extents[2] = {{.length = 700, .head_length = 512}, {.length = 40, .head_length = 40}};
	struct mbox_intent intent = {.path = memory_copy_string("/nowhere/mbox"), .extents = extents, .count = 2};
	struct state_refusal refusal = {.at = now,
	    .login = memory_copy_string("me@other:995 auto"),
	    .words = memory_copy_string("no")};
	struct state_record records[2] = {{.uid = "c", .delivered = now}, {.uid = "d", .delivered = now}};
	struct state_record record = {.uid = "a", .octets = 9, .delivered = now};
	const struct state_maildrop other = {"other", 995, "me"};
	enum state_origin origin;
	struct error err;

	MUST(state_begin_run(s, now, &err) && state_end_run(s, now, &err));
	MUST(state_enter_maildrop(s, &other, now, &origin, &err));
	MUST(state_add(s, &record, &err));
	record.uid = "b";
	MUST(state_add(s, &record, &err) && state_note_unfetched(s, "e", STATE_UNFETCHED_LARGE, 0, now, &err) &&
	    state_commit(s, &err));
	MUST(state_set_refusal(s, &refusal, &err));
	MUST(state_begin_run(s, now, &err) && state_set_intent(s, &intent, records, &err));
	free(intent.path);
	free(refusal.login);
	free(refusal.words);
}

/* Returns a good file, as this version writes it. */
static char *make_good_file(size_t *length)
{
	struct state *s;
	struct error err;

	remove_files();
	MUST(state_open(&s, fuzz_directory(), "a", STATE_WRITE, &err));
	fill(s);
	state_close(&s);
	return fuzz_read("a.db", length);
}

static void write_changed(struct input in)
{
	static char *good;
	static size_t length;
	char *bytes;

	if (!good)
		good = make_good_file(&length);
	bytes = memcpy(memory_zeroed(length, 1), good, length);
	while (in.left > 0) {
		size_t place = (size_t)take_octet(&in) << 16;

		place |= take_number(&in);
		bytes[place % length] = (char)take_octet(&in);
	}
	fuzz_write("a.db", bytes, length);
	free(bytes);
}

static void write_whole(struct input in, bool with_log)
{
	size_t log = with_log ? take_number(&in) : 0;

	log = log < in.left ? log : in.left;
	fuzz_write("a.db", in.at, in.left - log);
	if (log > 0)
		fuzz_write("a.db-wal", in.at + in.left - log, log);
}

static void use_intent(struct state *s)
{
	struct mbox_intent intent;
	struct state_record *records;
	struct error err;
	bool ok;

	error_clear(&err);
	ok = state_get_intent(s, &intent, &records, &err);
	must_be_storage(ok, &err);
	for (size_t i = 0; i < intent.count; i++) {
		MUST(!ok || intent.extents[i].head_length <= MBOX_HEAD_MOST);
		free((char *)(uintptr_t)records[i].uid);
	}
	free(records);
	mbox_intent_free(&intent);
}

static bool use_refusal(struct state *s, struct error *err)
{
	struct state_refusal refusal;
	bool found, ok = state_get_refusal(s, &refusal, &found, err);

	MUST(!ok || found == (refusal.login != NULL));
	ok = ok && (!found || state_set_refusal(s, &refusal, err)) && state_set_refusal(s, NULL, err);
	free(refusal.login);
	free(refusal.words);
	return ok;
}

/* Uses the state as a run does. */
static void use(struct state *s, bool writable)
{
	struct state_item items[] = {{.uid = "a"}, {.uid = "c"}, {.uid = "z"}};
	const struct state_record record = {.uid = "z", .delivered = now};
	enum state_origin origin;
	size_t missing;
	struct error err;
	struct state_match match;
	struct state_trouble trouble;
	char *text = NULL;
	bool ok, same, any;

	error_clear(&err);
	ok = state_get_capabilities(s, &(struct state_maildrop){"host", 995, "me"}, now, &text, &err);
	free(text);
	ok = ok && use_refusal(s, &err) && state_get_trouble(s, &trouble, &err) &&
	    state_set_trouble(s, &trouble, &err) &&
	    state_enter_maildrop(s, &(struct state_maildrop){"host", 995, "me"}, now, &origin, &err) &&
	    state_join(s, items, 3, NULL, &err);
	if (ok && writable) {
		use_intent(s);
		ok = state_begin_run(s, now, &err) && state_note_listing(s, items, 3, now, NULL, &missing, &err) &&
		    state_take_renumbered(s, record.header, 0, now, "y", &match, &err) &&
		    state_confirm(s, "c", 1, record.header, &same, &err) && state_displace(s, "c", now, &err) &&
		    state_take_sibling(s, 3, "v", &match, &err) && state_has_found(s, &any, &err) &&
		    state_add_found(s, "0123", &record, now, &err) &&
		    state_take_found(s, "0123", 3, "w", &match, &err) && state_drop_intent(s, &err) &&
		    state_add(s, &record, &err) && state_mark_deleted(s, "a", true, now, &err) &&
		    state_note_unfetched(s, "z", STATE_UNFETCHED_LARGE, 0, now, &err) && state_commit(s, &err) &&
		    state_end_run(s, now, &err);
	}
	must_be_storage(ok, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	unsigned flags = take_octet(&in);
	bool writable = !(flags & 2), ok;
	struct state *s;
	struct error err;

	remove_files();
	if (flags & 1)
		write_changed(in);
	else
		write_whole(in, flags & 4);
	error_clear(&err);
	ok = state_open(&s, fuzz_directory(), "a", writable ? STATE_WRITE : STATE_READ, &err);
	must_be_storage(ok, &err);
	MUST(ok == (s != NULL));
	if (ok)
		use(s, writable);
	state_close(&s);
	return 0;
}
