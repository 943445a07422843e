#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "check_main.h"
#include "scratch.h"
#include "store/destination.h"
#include "store/mbox_intent.h"

/*
 * A run that died while it appended two messages to an mbox: `full` is what the file would have held
 * in the end. The file's other content ends without an empty line, so two line ends stand between.
 */
static const char old[] = "From x\n\nold";

static struct crash {
	struct mbox_intent intent;
	char *full;
	size_t length;
	size_t ends[3]; /* where the first message begins, where it ends, and where the second ends */
} crash;

static void deliver(struct destination *d, const char *bytes)
{
	struct destination_message message = {.uid = "u", .sender = "a@b", .now = 1700000000};
	struct error err;

	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(d->ops->write(d, bytes, strlen(bytes), &err));
	ck_assert_int_eq(d->ops->finish(d, &err), DESTINATION_TOOK);
}

/* second may be NULL. */
static void append(const char *first, const char *second)
{
	struct destination_settings settings = {.account = "work", .path = scratch_path("mbox")};
	const struct mbox_intent *intent;
	struct destination *d = NULL;
	struct error err;

	scratch_write_text(scratch_path("mbox"), old);
	ck_assert(mbox_ops.open(&d, &settings, &err));
	deliver(d, first);
	if (second)
		deliver(d, second);
	ck_assert(d->ops->prepare(d, &intent, &err));
	crash.intent = *intent;
	crash.intent.path = memory_copy_string(intent->path);
	crash.intent.extents = memory_zeroed(intent->count, sizeof(*intent->extents));
	crash.ends[0] = crash.intent.offset;
	for (size_t i = 0; i < intent->count; i++) {
		crash.intent.extents[i] = intent->extents[i];
		crash.ends[i + 1] = crash.ends[i] + intent->extents[i].length;
	}
	ck_assert(d->ops->commit(d, &err));
	destination_close(&d);
	crash.full = scratch_read(scratch_path("mbox"), &crash.length);
}

static void enter(void)
{
	append("Subject: one\n\nFrom here\nto there\n", "Subject: two\n\nlast line");
	ck_assert_uint_eq(crash.intent.offset, strlen(old) + 2);
	ck_assert_uint_eq(crash.ends[2], crash.length);
}

static void leave(void)
{
	mbox_intent_free(&crash.intent);
	free(crash.full);
}

static size_t recover(void)
{
	size_t whole = 99;
	struct error err;

	ck_assert_msg(mbox_ops.recover(NULL, &crash.intent, &whole, &err), "%s", err.cause);
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	return whole;
}

START_TEST(a_write_that_was_cut_at_any_octet_ends_behind_its_last_whole_message)
{
	for (size_t cut = strlen(old); cut <= crash.length; cut++) {
		size_t whole = cut >= crash.ends[2] ? 2 : cut >= crash.ends[1] ? 1 : 0;
		size_t end = cut < crash.ends[0] ? cut : crash.ends[whole];
		size_t got;

		scratch_write(scratch_path("mbox"), crash.full, cut);
		got = recover();
		ck_assert_msg(got == whole, "cut at %zu: %zu whole", cut, got);
		scratch_expect(scratch_path("mbox"), crash.full, end);
	}
}
END_TEST

START_TEST(recovering_twice_gives_the_same_answer)
{
	scratch_write(scratch_path("mbox"), crash.full, crash.length - 3);
	ck_assert_uint_eq(recover(), 1);
	ck_assert_uint_eq(recover(), 1);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[1]);
}
END_TEST

/* Another program delivers behind the torn message, on a line of its own as mboxes want it. */
START_TEST(a_message_that_somebody_appended_behind_a_torn_one_is_never_cut)
{
	static const char others[] = "From c@d Tue Nov 14 22:13:20 2023\nSubject: precious\n\nbody\n\n";
	char want[1024];

	for (size_t cut = strlen(old); cut <= crash.length; cut++) {
		size_t whole = cut >= crash.ends[2] ? 2 : cut >= crash.ends[1] ? 1 : 0;
		int gap = cut == 0 || crash.full[cut - 1] == '\n' ? 0 : 1;
		int length = snprintf(want, sizeof(want), "%.*s%s%s", (int)cut, crash.full, gap ? "\n" : "", others);
		size_t got;

		scratch_write(scratch_path("mbox"), want, (size_t)length);
		got = recover();
		ck_assert_msg(got == whole, "cut at %zu: %zu whole", cut, got);
		scratch_expect(scratch_path("mbox"), want, (size_t)length);
	}
}
END_TEST

START_TEST(a_file_that_was_made_shorter_meanwhile_is_left_alone)
{
	for (size_t length = 0; length < crash.ends[0]; length++) {
		scratch_write(scratch_path("mbox"), crash.full, length);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), crash.full, length);
	}
}
END_TEST

START_TEST(a_file_that_was_replaced_is_left_alone)
{
	scratch_write(scratch_path("new"), crash.full, crash.length - 3);
	ck_assert_int_eq(rename(scratch_path("new"), scratch_path("mbox")), 0);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.length - 3);
}
END_TEST

START_TEST(other_octets_in_the_place_of_ours_are_left_alone)
{
	static const char other[] = "From x\n\nold\n\nSubject: a rewritten mail\n\nwith a text\n";

	scratch_write_text(scratch_path("mbox"), other);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect_text(scratch_path("mbox"), other);
}
END_TEST

/* The account delivers elsewhere by now, and the old place is gone, perhaps with its folder. */
START_TEST(a_place_that_is_gone_holds_nothing_and_is_not_made_again)
{
	ck_assert_int_eq(unlink(scratch_path("mbox")), 0);
	ck_assert_uint_eq(recover(), 0);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
	free(crash.intent.path);
	crash.intent.path = memory_copy_string(scratch_path("missing/mbox"));
	ck_assert_uint_eq(recover(), 0);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
}
END_TEST

START_TEST(what_is_no_mbox_any_more_is_a_failure)
{
	size_t whole;
	struct error err;

	ck_assert_int_eq(unlink(scratch_path("mbox")), 0);
	ck_assert_int_eq(mkfifo(scratch_path("mbox"), 0600), 0);
	ck_assert(!mbox_ops.recover(NULL, &crash.intent, &whole, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
}
END_TEST

enum { LONG = 200000 };

/* A message that is much longer than the head that is remembered of it, and than what is read at a time. */
static char *make_long(void)
{
	char *text = memory_zeroed(1, LONG + 1);

	for (size_t i = 0; i < LONG; i++)
		text[i] = i % 71 == 70 ? '\n' : (char)('a' + i % 26);
	return text;
}

static void enter_long(void)
{
	char *text = make_long();

	append(text, NULL);
	free(text);
}

START_TEST(a_long_message_that_was_torn_is_cut_away)
{
	static const size_t back[] = {1, 2, 3, 100, 65536, 65541, LONG / 2, LONG - 10, LONG};

	scratch_write(scratch_path("mbox"), crash.full, crash.length - back[_i]);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0]);
}
END_TEST

/* The search for somebody's From_ line reads in pieces: it must be found across their borders. */
START_TEST(a_from_line_far_behind_a_torn_message_is_found)
{
	for (size_t cut = 65536 - 8; cut <= 65536 + 8; cut++) {
		size_t length = crash.ends[0] + cut;
		char *text = memory_zeroed(1, length + 20);

		memcpy(text, crash.full, length);
		memcpy(text + length, "\nFrom c@d\n\nx\n\n", 15);
		scratch_write(scratch_path("mbox"), text, length + 15);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), text, length + 15);
		free(text);
	}
}
END_TEST

/* A mail reader notes what was read in a header field, behind what is remembered of the message. */
START_TEST(a_message_that_a_reader_has_marked_is_not_torn)
{
	static const char mark[] = "Status: RO\n";
	size_t at = crash.ends[0] + 10 * 71, length = crash.length + sizeof(mark) - 1;
	char *text = memory_zeroed(1, length);

	memcpy(text, crash.full, at);
	memcpy(text + at, mark, sizeof(mark) - 1);
	memcpy(text + at + sizeof(mark) - 1, crash.full + at, crash.length - at);
	scratch_write(scratch_path("mbox"), text, length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), text, length);
	free(text);
}
END_TEST

START_TEST(an_empty_message_is_recovered_too)
{
	append("", "");
	for (size_t cut = crash.ends[0]; cut <= crash.length; cut++) {
		scratch_write(scratch_path("mbox"), crash.full, cut);
		ck_assert_uint_eq(recover(), cut == crash.length ? 2 : cut >= crash.ends[1] ? 1 : 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mbox recover");
	TCase *two = scratch_case(s, "two messages"), *other = scratch_case(s, "one long message");
	TCase *empty = scratch_case(s, "empty messages");

	tcase_add_checked_fixture(two, enter, leave);
	tcase_add_checked_fixture(other, enter_long, leave);
	tcase_add_checked_fixture(empty, NULL, leave);
	tcase_add_test(two, a_write_that_was_cut_at_any_octet_ends_behind_its_last_whole_message);
	tcase_add_test(two, recovering_twice_gives_the_same_answer);
	tcase_add_test(two, a_message_that_somebody_appended_behind_a_torn_one_is_never_cut);
	tcase_add_test(two, a_file_that_was_made_shorter_meanwhile_is_left_alone);
	tcase_add_test(two, a_file_that_was_replaced_is_left_alone);
	tcase_add_test(two, other_octets_in_the_place_of_ours_are_left_alone);
	tcase_add_test(two, a_place_that_is_gone_holds_nothing_and_is_not_made_again);
	tcase_add_test(two, what_is_no_mbox_any_more_is_a_failure);
	tcase_add_loop_test(other, a_long_message_that_was_torn_is_cut_away, 0, 9);
	tcase_add_test(other, a_from_line_far_behind_a_torn_message_is_found);
	tcase_add_test(other, a_message_that_a_reader_has_marked_is_not_torn);
	tcase_add_test(empty, an_empty_message_is_recovered_too);
	return scratch_main(s);
}
