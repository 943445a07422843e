#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "check_main.h"
#include "scratch.h"
#include "deliver/destination.h"
#include "deliver/maildir_name.h"

static struct destination_settings settings = {.account = "work", .maildrop = "me@host"};

static struct destination *open_maildir(void)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("Maildir");
	ck_assert_msg(maildir_ops.open(&d, &settings, &err), "%s", err.cause);
	return d;
}

static char *in_maildir(const char *name)
{
	char path[600];

	snprintf(path, sizeof(path), "Maildir/%s", name);
	return scratch_path(path);
}

/* Delivers a message in pieces of `piece` bytes. */
static void deliver(struct destination *d, const char *uid, const char *bytes, size_t length, size_t piece)
{
	struct destination_message message = {.uid = uid, .sender = "a@b", .now = 1700000000};
	struct error err;

	ck_assert_msg(d->ops->begin(d, &message, &err), "%s", err.cause);
	for (size_t at = 0; at < length; at += piece) {
		size_t n = length - at < piece ? length - at : piece;

		ck_assert_msg(d->ops->write(d, bytes + at, n, &err), "%s", err.cause);
	}
	ck_assert_int_eq(d->ops->finish(d, &err), DESTINATION_TOOK);
}

static void deliver_text(struct destination *d, const char *uid, const char *text)
{
	deliver(d, uid, text, strlen(text), 1000);
}

static void expect_counts(size_t in_tmp, size_t in_new, size_t in_cur)
{
	ck_assert_uint_eq(scratch_count(in_maildir("tmp")), in_tmp);
	ck_assert_uint_eq(scratch_count(in_maildir("new")), in_new);
	ck_assert_uint_eq(scratch_count(in_maildir("cur")), in_cur);
}

START_TEST(a_missing_maildir_is_created_for_the_user_alone)
{
	struct destination *d;

	umask(0);
	d = open_maildir();
	ck_assert_uint_eq(scratch_mode(in_maildir("")), 0700);
	ck_assert_uint_eq(scratch_mode(in_maildir("tmp")), 0700);
	ck_assert_uint_eq(scratch_mode(in_maildir("new")), 0700);
	ck_assert_uint_eq(scratch_mode(in_maildir("cur")), 0700);
	ck_assert_uint_eq(scratch_count(in_maildir("")), 3);
	destination_close(&d);
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(missing_directories_of_a_maildir_are_created)
{
	struct destination *d;

	ck_assert_int_eq(mkdir(scratch_path("Maildir"), 0755), 0);
	ck_assert_int_eq(mkdir(in_maildir("cur"), 0750), 0);
	scratch_write_text(in_maildir("cur/mine"), "kept");
	d = open_maildir();
	expect_counts(0, 0, 1);
	ck_assert_uint_eq(scratch_mode(in_maildir("")), 0755);
	ck_assert_uint_eq(scratch_mode(in_maildir("cur")), 0750);
	destination_close(&d);
}
END_TEST

START_TEST(a_file_in_place_of_a_maildir_is_rejected)
{
	static const char *const places[] = {"Maildir", "Maildir/new", "Maildir/cur", "Maildir/tmp"};
	struct destination *d = NULL;
	struct error err;

	if (_i > 0)
		ck_assert_int_eq(mkdir(scratch_path("Maildir"), 0700), 0);
	scratch_write_text(scratch_path(places[_i]), "text");
	settings.path = scratch_path("Maildir");
	ck_assert(!maildir_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, places[_i]));
	ck_assert_str_ne(err.hint, "");
	scratch_expect_text(scratch_path(places[_i]), "text");
}
END_TEST

static void open_unwritable(void)
{
	struct destination *d = NULL;
	struct error err;

	settings.path = scratch_path("Maildir");
	ck_assert(!maildir_ops.open(&d, &settings, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(!err.temporary);
	ck_assert_ptr_nonnull(strstr(err.cause, "cannot be written"));
}

START_TEST(an_unwritable_maildir_is_rejected_before_anything_is_fetched)
{
	struct destination *d = open_maildir();

	destination_close(&d);
	ck_assert_int_eq(chmod(in_maildir(""), 0755), 0);
	ck_assert_int_eq(chmod(in_maildir("tmp"), 0555), 0);
	ck_assert_int_eq(chmod(in_maildir("cur"), 0555), 0);
	ck_assert_int_eq(chmod(in_maildir("new"), 0555), 0);
	scratch_unprivileged(open_unwritable);
}
END_TEST

START_TEST(a_message_is_in_new_only_after_the_commit)
{
	struct destination *d = open_maildir();
	struct error err;

	deliver_text(d, "1", "one\n");
	deliver_text(d, "2", "two\n");
	expect_counts(2, 0, 0);
	ck_assert_msg(d->ops->commit(d, &err), "%s", err.cause);
	expect_counts(0, 2, 0);
	deliver_text(d, "3", "three\n");
	expect_counts(1, 2, 0);
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 3, 0);
	destination_close(&d);
	expect_counts(0, 3, 0);
}
END_TEST

static const struct {
	const char *bytes;
	size_t length;
	const char *sizes;
} contents[] = {
    {"", 0, ",S=0,W=0"},
    {"a\nb\n", 4, ",S=4,W=6"},
    {"a\r\nb\r\n", 6, ",S=6,W=6"},
    {"a\r\nb\n\rc", 7, ",S=7,W=8"},
    {"\0\r\n\xff\n..\n.\n", 10, ",S=10,W=13"},
    {"From me\n>From\nno end", 20, ",S=20,W=22"},
};

START_TEST(content_is_kept_byte_for_byte_under_a_name_with_its_sizes)
{
	for (size_t piece = 1; piece <= contents[_i].length + 1; piece++) {
		struct destination *d = open_maildir();
		char wanted[MAILDIR_IDENTITY_DIGITS + 1], identity[MAILDIR_IDENTITY_DIGITS + 1], path[512];
		const char *name;
		struct error err;

		deliver(d, "uid", contents[_i].bytes, contents[_i].length, piece);
		ck_assert(d->ops->commit(d, &err));
		name = scratch_only_name(in_maildir("new"));
		maildir_name_identity("work", "me@host", "uid", wanted);
		ck_assert(maildir_name_is_own(name, "work", identity));
		ck_assert_str_eq(identity, wanted);
		ck_assert_int_eq(strtoll(name, NULL, 10), 1700000000);
		ck_assert_str_eq(strchr(name, ','), contents[_i].sizes);
		snprintf(path, sizeof(path), "new/%s", name);
		scratch_expect(in_maildir(path), contents[_i].bytes, contents[_i].length);
		ck_assert_uint_eq(scratch_mode(in_maildir(path)), 0600);
		ck_assert_int_eq(unlink(in_maildir(path)), 0);
		destination_close(&d);
	}
}
END_TEST

START_TEST(a_file_is_private_whatever_the_umask)
{
	struct destination *d = open_maildir();
	struct error err;
	char name[300];

	umask(0);
	deliver_text(d, "1", "one\n");
	ck_assert(d->ops->commit(d, &err));
	snprintf(name, sizeof(name), "new/%s", scratch_only_name(in_maildir("new")));
	ck_assert_uint_eq(scratch_mode(in_maildir(name)), 0600);
	destination_close(&d);
}
END_TEST

START_TEST(rollback_removes_the_whole_batch)
{
	struct destination *d = open_maildir();
	struct error err;

	deliver_text(d, "1", "one\n");
	ck_assert(d->ops->commit(d, &err));
	deliver_text(d, "2", "two\n");
	deliver_text(d, "3", "three\n");
	d->ops->rollback(d);
	expect_counts(0, 1, 0);
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 1, 0);
	destination_close(&d);
}
END_TEST

START_TEST(discard_removes_only_the_message_that_is_being_written)
{
	struct destination *d = open_maildir();
	struct destination_message message = {.uid = "2", .now = 1};
	struct error err;

	deliver_text(d, "1", "one\n");
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(d->ops->write(d, "half", 4, &err));
	d->ops->discard(d);
	d->ops->discard(d); /* no message is open */
	expect_counts(1, 0, 0);
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 1, 0);
	destination_close(&d);
}
END_TEST

START_TEST(closing_removes_uncommitted_messages)
{
	struct destination *d = open_maildir();
	struct destination_message message = {.uid = "2", .now = 1};
	struct error err;

	deliver_text(d, "1", "one\n");
	ck_assert(d->ops->begin(d, &message, &err));
	destination_close(&d);
	expect_counts(0, 0, 0);
}
END_TEST

START_TEST(a_batch_grows_beyond_its_initial_capacity)
{
	struct destination *d = open_maildir();
	struct error err;
	char uid[16];

	for (int i = 0; i < 150; i++) {
		snprintf(uid, sizeof(uid), "%d", i);
		deliver_text(d, uid, uid);
	}
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 150, 0);
	destination_close(&d);
}
END_TEST

/* A file at its size limit simulates a full disk. */
START_TEST(a_failed_write_is_a_storage_failure_and_leaves_no_file)
{
	struct destination *d = open_maildir();
	struct destination_message message = {.uid = "1", .now = 1};
	struct rlimit limit = {10, RLIM_INFINITY};
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(!d->ops->write(d, "more than ten bytes.", 20, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, settings.path));
	ck_assert_ptr_nonnull(strstr(err.hint, "now 10 bytes (ulimit -f)"));
	ck_assert_ptr_nonnull(strstr(err.hint, "nothing is deleted"));
	destination_close(&d);
	expect_counts(0, 0, 0);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
END_TEST

START_TEST(a_maildir_that_disappears_before_the_commit_is_a_storage_failure)
{
	struct destination *d = open_maildir();
	struct error err;

	deliver_text(d, "1", "one\n");
	ck_assert_int_eq(rename(in_maildir("tmp"), in_maildir("gone")), 0);
	ck_assert_int_eq(rmdir(in_maildir("new")), 0);
	ck_assert(!d->ops->commit(d, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	destination_close(&d);
	ck_assert_uint_eq(scratch_count(in_maildir("gone")), 0);
}
END_TEST

static const struct timespec then = {.tv_sec = 1600000000, .tv_nsec = 7000};

/* Makes a name as a run long ago would have made it. */
static void name_message(const char *account, const char *uid, char out[MAILDIR_NAME_SIZE])
{
	struct maildir_names names;

	maildir_names_start(&names, account, "me@host", &then);
	maildir_name_make(&names, uid, 1600000000, 0, out);
}

static void leave_in_tmp(const char *account, uint32_t number)
{
	struct maildir_names names;
	char name[MAILDIR_SHORT_SIZE], path[100];

	maildir_names_start(&names, account, "me@host", &then);
	maildir_name_in_tmp(&names, number, name);
	snprintf(path, sizeof(path), "tmp/%s", name);
	scratch_write_text(in_maildir(path), "half");
}

/* Creates a file where a run that died would have left it. */
static void leave_octets(const char *directory, const char *account, const char *uid, const char *rest,
    const char *bytes, size_t length)
{
	char name[MAILDIR_NAME_SIZE], path[400];

	name_message(account, uid, name);
	snprintf(path, sizeof(path), "%s/%s%s", directory, name, rest);
	scratch_write(in_maildir(path), bytes, length);
}

static void leave(const char *directory, const char *account, const char *uid, const char *rest, const char *content)
{
	leave_octets(directory, account, uid, rest, content, strlen(content));
}

/* Collects the messages found: "CONTENT|" for each. */
struct search {
	struct buf text;
	const char *unwanted; /* an identity, or NULL */
	const char *lost;     /* a path in the Maildir that is removed when the first message is read */
	const char *moved_to;
	bool expecting; /* renamed messages are expected */
	unsigned seen;	/* names of the account */
};

static bool wants(void *context, const char *identity)
{
	const struct search *t = context;

	return !t->unwanted || strcmp(identity, t->unwanted) != 0;
}

static void gather(void *context, const char *bytes, size_t length)
{
	struct search *t = context;

	buf_append(&t->text, bytes, length);
	if (t->lost)
		ck_assert_int_eq(rename(in_maildir(t->lost), in_maildir(t->moved_to)), 0);
	t->lost = NULL;
}

static bool note(void *context, const char *identity, uint64_t crlf_octets, uint64_t original, int64_t when,
    struct error *err)
{
	struct search *t = context;
	const char *last = t->text.data ? strrchr(buf_string(&t->text), '|') : NULL;
	const char *content = last ? last + 1 : buf_string(&t->text);
	size_t length = strlen(content);

	(void)err;
	ck_assert_uint_eq(strlen(identity), MAILDIR_IDENTITY_DIGITS);
	ck_assert_uint_eq(crlf_octets, length + (length > 0)); /* one line in each */
	ck_assert_int_eq(when, 1600000000);
	if (original > 0)
		buf_append_format(&t->text, "(%u)", (unsigned)original);
	buf_append_string(&t->text, "|");
	return true;
}

static bool expect_renamed(void *context, struct error *err)
{
	struct search *t = context;

	(void)err;
	t->expecting = true;
	return true;
}

static void note_seen(void *context, const char *identity)
{
	struct search *t = context;

	ck_assert(t->expecting);
	ck_assert_uint_eq(strlen(identity), MAILDIR_IDENTITY_DIGITS);
	t->seen++;
}

static bool note_renamed(void *context, uint64_t crlf_octets, bool *wanted, struct error *err)
{
	struct search *t = context;

	(void)crlf_octets;
	(void)err;
	ck_assert(t->expecting);
	buf_append_string(&t->text, "*|");
	*wanted = true;
	return true;
}

/* Expects `count` messages with these texts to be found. */
static void expect_found(struct search *t, int64_t since, const char *const *texts, size_t count)
{
	struct destination *d = open_maildir();
	const struct destination_finder finder = {
	    .context = t,
	    .wants = wants,
	    .octets = gather,
	    .found = note,
	    .expect_renamed = expect_renamed,
	    .seen = note_seen,
	    .renamed = note_renamed,
	};
	struct error err;
	size_t found = 0;

	ck_assert_msg(d->ops->find(d, since, &finder, &err), "%s", err.cause);
	for (const char *c = buf_string(&t->text); *c; c++)
		found += *c == '|';
	ck_assert_msg(found == count, "%s", buf_string(&t->text));
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(strstr(buf_string(&t->text), texts[i]) != NULL, "%s in %s", texts[i],
		    buf_string(&t->text));
	buf_free(&t->text);
	destination_close(&d);
}

START_TEST(messages_left_by_a_crash_are_found_whatever_a_reader_did_to_them)
{
	static const char *const texts[] = {"one\n|", "two\n|", "three\n|", "|"};
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave("new", "work", "1", ",S=4,W=5", "one\n");
	leave("cur", "work", "2", ",S=4,W=5:2,", "two\n");
	leave("cur", "work", "3", ",S=6,W=7:2,FRSa", "three\n");
	leave("cur", "work", "4", ":2,S", "");
	expect_found(&t, 0, texts, COUNT(texts));
	expect_found(&t, 1600000000, texts, COUNT(texts));
	expect_found(&t, 1600000001, NULL, 0); /* older ones are recorded */
	expect_counts(0, 1, 3);
}
END_TEST

START_TEST(files_of_any_name_are_found_if_they_changed_since_the_run_began)
{
	static const char *const texts[] = {"own\n|", "renamed\n*|", "saved\n*|", "filed\n*|"};
	const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	int64_t now = (int64_t)time(NULL);
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	ck_assert_int_eq(mkdir(in_maildir(".Archive"), 0700), 0);
	ck_assert_int_eq(mkdir(in_maildir(".Archive/cur"), 0700), 0);
	leave("cur", "work", "1", ":2,S", "own\n");
	leave("cur", "private", "1", ":2,S", "another account's\n");
	scratch_write_text(in_maildir("cur/1600000000_0.5.host,U=1,FMD5=0123:2,S"), "renamed\n");
	scratch_write_text(in_maildir("new/1600000001.R1.host"), "saved\n");
	/* The time of the last change of the content says nothing about the time of the renaming. */
	ck_assert_int_eq(utimensat(AT_FDCWD, in_maildir("new/1600000001.R1.host"), long_ago, 0), 0);
	scratch_write_text(in_maildir(".Archive/cur/1600000002.M1P1.host,S=6,W=7:2,S"), "filed\n");
	scratch_write_text(in_maildir("cur/.hidden"), "hidden\n");
	scratch_write(in_maildir("cur/1600000003.R1.host:2,"), "torn\0\0", 6);
	expect_found(&t, 1600000000, texts, COUNT(texts));
	ck_assert_uint_eq(t.seen, 1);
	t = (struct search){0};
	expect_found(&t, now + 1000, NULL, 0);
	ck_assert(!t.expecting);
	/* A first run has delivered nothing yet. */
	expect_found(&t, 0, texts, 1);
}
END_TEST

START_TEST(the_original_size_of_a_changed_message_is_read_from_its_name)
{
	static const char *const texts[] = {"larger\n(5)|", "same\n|", "nameless\n|", "abc\n|"};
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave("cur", "work", "1", ",S=4,W=5:2,S", "larger\n");
	leave("cur", "work", "3", ",S=5,W=6:2,S", "same\n");
	leave("cur", "work", "4", ":2,S", "nameless\n");
	leave("cur", "work", "5", ",S=5,W=5:2,S", "abc\n"); /* stored with the other line ends */
	expect_found(&t, 0, texts, COUNT(texts));
}
END_TEST

/* A power loss, or an incomplete restore of a backup, may leave such a file. */
START_TEST(an_incomplete_file_is_not_a_copy_of_its_message)
{
	static const char nuls[] = {'S', ':', 'x', '\n', '\0', '\0', '\0', '\0'};
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave("cur", "work", "1", ",S=6,W=7:2,S", "less\n");
	leave("new", "work", "2", ",S=6,W=7", "");
	leave("new", "work", "3", ",S=800,W=900", "BZ is not compressed\n");
	leave_octets("new", "work", "4", ",S=8,W=9", nuls, 8);
	leave_octets("new", "work", "5", ",S=4,W=4", nuls + 4, 4);
	leave_octets("cur", "work", "6", ":2,S", nuls + 4, 4);
	expect_found(&t, 0, NULL, 0);
}
END_TEST

static const struct {
	const char *bytes, *expected;
} compressed[] = {
    {"Dovecot-LZ4\r\x2a\x9b\xc5 and so on\n", "(1100)|"},
    {"\x28\xb5\x2f\xfd zstd\n", "(1100)|"},
    {"\xfd"
     "7zXZ and so on\n",
	"(1100)|"},
    {"BZh91AY&SY\n", "(1100)|"},
};

/* "zipped" and LF, compressed with gzip. */
static const char gzipped[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\xca\x2c\x28\x48"
			      "\x4d\xe1\x02\x00\xac\x00\x3a\xc7\x07\x00\x00\x00";

START_TEST(a_message_compressed_with_gzip_is_read)
{
	static const char *const texts[] = {"zipped\n|", "zipped\n*|"};
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave_octets("cur", "work", "1", ",S=7,W=8:2,S", gzipped, sizeof(gzipped) - 1);
	scratch_write(in_maildir("cur/1600000000.R1.host,S=7:2,S"), gzipped, sizeof(gzipped) - 1);
	/* These are damaged. */
	leave_octets("cur", "work", "2", ",S=7,W=8:2,S", gzipped, sizeof(gzipped) - 9);
	leave("cur", "work", "3", ",S=7,W=8:2,S", "\x1f\x8b\x08 and so on\n");
	scratch_write(in_maildir("cur/1600000000.R2.host,S=7:2,S"), gzipped, sizeof(gzipped) - 9);
	expect_found(&t, 1600000000, texts, COUNT(texts));
}
END_TEST

START_TEST(a_compressed_message_counts_as_complete)
{
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave("cur", "work", "1", ",S=1000,W=1100:2,S", compressed[_i].bytes);
	expect_found(&t, 0, &compressed[_i].expected, 1);
}
END_TEST

START_TEST(other_files_in_the_maildir_are_ignored)
{
	struct search t = {0};
	char identity[MAILDIR_IDENTITY_DIGITS + 1];

	destination_close(&(struct destination *){open_maildir()});
	leave("new", "home", "1", ",S=4,W=5", "not ours\n");
	leave("new", "work", "2", ",S=4,W=5", "not wanted\n");
	scratch_write_text(in_maildir("new/1600000000.M1P1.host"), "not ours\n");
	scratch_write_text(in_maildir("cur/1600000000.mh-.host:2,S"), "not ours\n");
	maildir_name_identity("work", "me@host", "2", identity);
	t.unwanted = identity;
	expect_found(&t, 0, NULL, 0);
	expect_counts(0, 3, 1);
}
END_TEST

START_TEST(our_unfinished_files_are_removed_and_those_of_others_are_kept)
{
	struct search t = {0};

	destination_close(&(struct destination *){open_maildir()});
	leave("tmp", "work", "1", "", "half");
	leave("tmp", "work", "2", "", "half");
	leave_in_tmp("work", 3);
	leave_in_tmp("home", 3);
	leave("tmp", "home", "1", "", "half");
	scratch_write_text(in_maildir("tmp/1600000000.M1P1.host"), "half");
	expect_found(&t, 0, NULL, 0);
	expect_counts(3, 0, 0);
}
END_TEST

/* Where a reader moves the message; "..": it is removed. */
static const struct {
	const char *from, *flags, *to, *new_flags;
} moves[] = {
    {"new", ",S=4,W=5", "cur", ",S=4,W=5:2,S"},
    {"new", ",S=4,W=5", "cur", ":2,S"},
    {"cur", ",S=4,W=5:2,", "cur", ",S=4,W=5:2,FS"},
    {"cur", ":2,S", "cur", ":2,FS"},
    {"cur", ":2,S", "..", ""},
};

/*
 * Both messages are moved when the first is read. readdir determines which one that is; the other one has not been
 * read yet.
 */
START_TEST(a_message_moved_during_the_search_is_found_and_a_removed_one_is_not)
{
	static const char *const texts[] = {"one\n|", "two\n|"};
	bool taken = strcmp(moves[_i].to, "..") == 0;
	char from[300], to[300];

	destination_close(&(struct destination *){open_maildir()});
	leave(moves[_i].from, "work", "1", moves[_i].flags, "one\n");
	leave(moves[_i].from, "work", "2", moves[_i].flags, "two\n");
	for (int i = 0; i < (taken ? 1 : 2); i++) {
		char name[MAILDIR_NAME_SIZE];
		struct search t = {.lost = taken ? NULL : from, .moved_to = to};

		name_message("work", i == 0 ? "1" : "2", name);
		snprintf(from, sizeof(from), "%s/%s%s", moves[_i].from, name, moves[_i].flags);
		snprintf(to, sizeof(to), "%s/%s%s", moves[_i].to, name, moves[_i].new_flags);
		if (taken)
			ck_assert_int_eq(rename(in_maildir(from), in_maildir(to)), 0);
		expect_found(&t, 0, taken ? &texts[1] : texts, taken ? 1 : 2);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("maildir");
	TCase *o = scratch_case(s, "open"), *b = scratch_case(s, "batch"), *a = scratch_case(s, "find");

	tcase_add_test(o, a_missing_maildir_is_created_for_the_user_alone);
	tcase_add_test(o, missing_directories_of_a_maildir_are_created);
	tcase_add_loop_test(o, a_file_in_place_of_a_maildir_is_rejected, 0, 4);
	tcase_add_test(o, an_unwritable_maildir_is_rejected_before_anything_is_fetched);
	tcase_add_test(b, a_message_is_in_new_only_after_the_commit);
	LOOP_OVER(b, content_is_kept_byte_for_byte_under_a_name_with_its_sizes, contents);
	tcase_add_test(b, a_file_is_private_whatever_the_umask);
	tcase_add_test(b, rollback_removes_the_whole_batch);
	tcase_add_test(b, discard_removes_only_the_message_that_is_being_written);
	tcase_add_test(b, closing_removes_uncommitted_messages);
	tcase_add_test(b, a_batch_grows_beyond_its_initial_capacity);
	tcase_add_test(b, a_failed_write_is_a_storage_failure_and_leaves_no_file);
	tcase_add_test(b, a_maildir_that_disappears_before_the_commit_is_a_storage_failure);
	tcase_add_test(a, messages_left_by_a_crash_are_found_whatever_a_reader_did_to_them);
	tcase_add_test(a, files_of_any_name_are_found_if_they_changed_since_the_run_began);
	tcase_add_test(a, the_original_size_of_a_changed_message_is_read_from_its_name);
	tcase_add_test(a, an_incomplete_file_is_not_a_copy_of_its_message);
	tcase_add_test(a, a_message_compressed_with_gzip_is_read);
	LOOP_OVER(a, a_compressed_message_counts_as_complete, compressed);
	tcase_add_test(a, other_files_in_the_maildir_are_ignored);
	tcase_add_test(a, our_unfinished_files_are_removed_and_those_of_others_are_kept);
	LOOP_OVER(a, a_message_moved_during_the_search_is_found_and_a_removed_one_is_not, moves);
	return scratch_main(s);
}
