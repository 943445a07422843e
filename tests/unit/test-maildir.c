#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "check_main.h"
#include "scratch.h"
#include "store/destination.h"
#include "store/maildir_name.h"

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

/* Writes a message in pieces of that size. */
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

START_TEST(a_missing_maildir_is_made_for_the_user_alone)
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

START_TEST(missing_folders_of_a_maildir_are_made)
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

START_TEST(a_file_where_a_maildir_should_be_is_refused)
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
	ck_assert_str_ne(err.mend, "");
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

START_TEST(a_maildir_that_may_not_be_written_is_refused_before_anything_is_fetched)
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

START_TEST(content_is_kept_octet_for_octet_under_a_name_with_its_sizes)
{
	for (size_t piece = 1; piece <= contents[_i].length + 1; piece++) {
		struct destination *d = open_maildir();
		char *stem = maildir_name_make("work", "me@host", "uid", 1700000000), want[512];
		struct error err;

		deliver(d, "uid", contents[_i].bytes, contents[_i].length, piece);
		ck_assert(d->ops->commit(d, &err));
		snprintf(want, sizeof(want), "new/%s%s", stem, contents[_i].sizes);
		ck_assert_uint_eq(scratch_count(in_maildir("new")), 1);
		scratch_expect(in_maildir(want), contents[_i].bytes, contents[_i].length);
		ck_assert_uint_eq(scratch_mode(in_maildir(want)), 0600);
		free(stem);
		destination_close(&d);
	}
}
END_TEST

START_TEST(a_file_is_private_whatever_the_umask_says)
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

START_TEST(rollback_leaves_nothing_of_the_batch)
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

START_TEST(discard_takes_back_the_message_that_is_being_written_and_no_other)
{
	struct destination *d = open_maildir();
	struct destination_message message = {.uid = "2", .now = 1};
	struct error err;

	deliver_text(d, "1", "one\n");
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(d->ops->write(d, "half", 4, &err));
	d->ops->discard(d);
	d->ops->discard(d); /* nothing is open any more */
	expect_counts(1, 0, 0);
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 1, 0);
	destination_close(&d);
}
END_TEST

START_TEST(closing_takes_back_what_was_not_committed)
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

START_TEST(a_file_that_a_crash_left_under_the_same_name_is_replaced)
{
	char *name = maildir_name_make("work", "me@host", "uid", 1700000000), path[300];
	struct destination *d = open_maildir();
	struct error err;

	snprintf(path, sizeof(path), "tmp/%s", name);
	scratch_write_text(in_maildir(path), "longer than what comes");
	deliver_text(d, "uid", "new\n");
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 1, 0);
	snprintf(path, sizeof(path), "new/%s,S=4,W=5", name);
	scratch_expect_text(in_maildir(path), "new\n");
	free(name);
	destination_close(&d);
}
END_TEST

START_TEST(more_messages_than_a_batch_has_room_for_at_first)
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

/* A file that may not grow stands for the disk that is full. */
START_TEST(a_write_that_fails_is_a_storage_failure_that_leaves_nothing)
{
	struct destination *d = open_maildir();
	struct destination_message message = {.uid = "1", .now = 1};
	struct rlimit limit = {10, RLIM_INFINITY};
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(!d->ops->write(d, "more than ten octets", 20, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.cause, settings.path));
	ck_assert_ptr_nonnull(strstr(err.mend, "nothing is deleted"));
	destination_close(&d);
	expect_counts(0, 0, 0);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
END_TEST

START_TEST(a_maildir_that_vanishes_before_the_commit_is_a_failure)
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

static void gather(void *context, const char *bytes, size_t length)
{
	buf_append(context, bytes, length);
}

/* Puts a file where a run that died would have left it. */
static void leave(const char *folder, const char *account, const char *uid, const char *rest, const char *content)
{
	char *name = maildir_name_make(account, "me@host", uid, 1600000000), path[400];

	snprintf(path, sizeof(path), "%s/%s%s", folder, name, rest);
	scratch_write_text(in_maildir(path), content);
	free(name);
}

static bool adopts(struct destination *d, const char *uid, const char *content)
{
	struct buf found_content = {0};
	struct error err;
	int64_t when = 0;
	bool found;

	ck_assert_msg(d->ops->adopt(d, uid, gather, &found_content, &found, &when, &err), "%s", err.cause);
	if (found) {
		ck_assert_str_eq(buf_string(&found_content), content);
		ck_assert_int_eq(when, 1600000000);
	} else {
		ck_assert_uint_eq(found_content.length, 0);
	}
	buf_free(&found_content);
	return found;
}

START_TEST(what_a_crash_left_in_place_is_found_whatever_a_reader_did_to_it)
{
	struct destination *d = open_maildir();
	struct error err;

	leave("new", "work", "1", ",S=4,W=5", "one\n");
	leave("cur", "work", "2", ",S=4,W=5:2,", "two\n");
	leave("cur", "work", "3", ",S=6,W=7:2,FRSa", "three\n");
	leave("cur", "work", "4", ":2,S", "");
	ck_assert(adopts(d, "1", "one\n"));
	ck_assert(adopts(d, "2", "two\n"));
	ck_assert(adopts(d, "3", "three\n"));
	ck_assert(adopts(d, "4", ""));
	ck_assert(!adopts(d, "5", ""));
	ck_assert(d->ops->commit(d, &err));
	expect_counts(0, 1, 3);
	destination_close(&d);
}
END_TEST

START_TEST(other_files_of_the_maildir_are_not_adopted)
{
	struct destination *d = open_maildir();

	leave("new", "home", "1", ",S=4,W=5", "not ours\n");
	scratch_write_text(in_maildir("new/1600000000.M1P1.host"), "not ours\n");
	scratch_write_text(in_maildir("cur/1600000000.mh-.host:2,S"), "not ours\n");
	ck_assert(!adopts(d, "1", ""));
	expect_counts(0, 2, 1);
	destination_close(&d);
}
END_TEST

START_TEST(own_unfinished_files_are_removed_and_those_of_others_left)
{
	struct destination *d = open_maildir();

	leave("tmp", "work", "1", "", "half");
	leave("tmp", "work", "2", "", "half");
	leave("tmp", "home", "1", "", "half");
	scratch_write_text(in_maildir("tmp/1600000000.M1P1.host"), "half");
	ck_assert(!adopts(d, "1", ""));
	expect_counts(2, 0, 0);
	destination_close(&d);
	expect_counts(2, 0, 0);
}
END_TEST

START_TEST(a_message_that_a_reader_deletes_meanwhile_is_not_found)
{
	struct destination *d = open_maildir();
	char path[300];

	leave("new", "work", "2", "", "two\n");
	snprintf(path, sizeof(path), "new/%s", scratch_only_name(in_maildir("new")));
	leave("new", "work", "1", "", "one\n");
	ck_assert(adopts(d, "1", "one\n")); /* now the names are read */
	ck_assert_int_eq(unlink(in_maildir(path)), 0);
	ck_assert(!adopts(d, "2", ""));
	destination_close(&d);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("maildir");
	TCase *o = scratch_case(s, "open"), *b = scratch_case(s, "batch"), *a = scratch_case(s, "adopt");

	tcase_add_test(o, a_missing_maildir_is_made_for_the_user_alone);
	tcase_add_test(o, missing_folders_of_a_maildir_are_made);
	tcase_add_loop_test(o, a_file_where_a_maildir_should_be_is_refused, 0, 4);
	tcase_add_test(o, a_maildir_that_may_not_be_written_is_refused_before_anything_is_fetched);
	tcase_add_test(b, a_message_is_in_new_only_after_the_commit);
	LOOP_OVER(b, content_is_kept_octet_for_octet_under_a_name_with_its_sizes, contents);
	tcase_add_test(b, a_file_is_private_whatever_the_umask_says);
	tcase_add_test(b, rollback_leaves_nothing_of_the_batch);
	tcase_add_test(b, discard_takes_back_the_message_that_is_being_written_and_no_other);
	tcase_add_test(b, closing_takes_back_what_was_not_committed);
	tcase_add_test(b, a_file_that_a_crash_left_under_the_same_name_is_replaced);
	tcase_add_test(b, more_messages_than_a_batch_has_room_for_at_first);
	tcase_add_test(b, a_write_that_fails_is_a_storage_failure_that_leaves_nothing);
	tcase_add_test(b, a_maildir_that_vanishes_before_the_commit_is_a_failure);
	tcase_add_test(a, what_a_crash_left_in_place_is_found_whatever_a_reader_did_to_it);
	tcase_add_test(a, other_files_of_the_maildir_are_not_adopted);
	tcase_add_test(a, own_unfinished_files_are_removed_and_those_of_others_left);
	tcase_add_test(a, a_message_that_a_reader_deletes_meanwhile_is_not_found);
	return scratch_main(s);
}
