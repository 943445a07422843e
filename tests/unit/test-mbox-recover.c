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
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"

/*
 * A run that died while it appended two messages to an mbox. `full` is the content the file would have had at the
 * end. The old content ends without an empty line, so two line ends are between it and the messages.
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

/* Appends one message or two; second may be NULL. */
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
	crash.ends[0] = (size_t)crash.intent.offset;
	for (size_t i = 0; i < intent->count; i++) {
		crash.intent.extents[i] = intent->extents[i];
		crash.ends[i + 1] = crash.ends[i] + (size_t)intent->extents[i].length;
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

/* None of these lines is quoted: with a NUL before "From ", a line may belong to any message. */
static void enter_plain(void)
{
	append("Subject: one\n\nfrom here\nto there\n", "Subject: two\n\nlast line");
}

static void leave(void)
{
	mbox_intent_free(&crash.intent);
	free(crash.full);
}

/* Runs the recovery. Returns how many messages are complete; these are the first ones. own: deliver_to is the same. */
static size_t recover_as(bool own)
{
	struct destination_settings settings = {.account = "work", .path = scratch_path("mbox")};
	struct destination *d = NULL;
	bool found[2] = {true, true};
	struct error err;

	if (own)
		ck_assert(mbox_ops.open(&d, &settings, &err));
	ck_assert_msg(mbox_ops.recover(d, &crash.intent, NULL, found, &err), "%s", err.cause);
	destination_close(&d);
	ck_assert(!scratch_exists(scratch_path("mbox.lock")));
	if (crash.intent.count < 2)
		return found[0];
	ck_assert(found[0] || !found[1]);
	return (size_t)found[0] + found[1];
}

static size_t recover(void)
{
	return recover_as(true);
}

START_TEST(a_write_cut_at_any_byte_is_truncated_after_its_last_complete_message)
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

START_TEST(recovering_twice_gives_the_same_result)
{
	scratch_write(scratch_path("mbox"), crash.full, crash.length - 3);
	ck_assert_uint_eq(recover(), 1);
	ck_assert_uint_eq(recover(), 1);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[1]);
}
END_TEST

/* Another program delivers after the torn message, on a new line as mboxes require. */
START_TEST(a_foreign_message_after_a_torn_one_is_never_cut)
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

START_TEST(a_file_that_became_shorter_is_left_unchanged)
{
	for (size_t length = 0; length < crash.ends[0]; length++) {
		scratch_write(scratch_path("mbox"), crash.full, length);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), crash.full, length);
	}
}
END_TEST

/* Device numbers change at each mount, and a file restored from a backup has another inode. */
static void renumber(int numbers)
{
	if (numbers & 1)
		crash.intent.device += 7;
	if (numbers & 2)
		crash.intent.inode += 7;
}

START_TEST(different_device_and_inode_numbers_change_nothing)
{
	renumber(_i);
	for (size_t cut = strlen(old); cut <= crash.length; cut++) {
		size_t whole = cut >= crash.ends[2] ? 2 : cut >= crash.ends[1] ? 1 : 0;
		size_t end = cut < crash.ends[0] ? cut : crash.ends[whole];

		scratch_write(scratch_path("new"), crash.full, cut);
		ck_assert_int_eq(rename(scratch_path("new"), scratch_path("mbox")), 0);
		ck_assert_uint_eq(recover(), whole);
		scratch_expect(scratch_path("mbox"), crash.full, end);
	}
}
END_TEST

START_TEST(messages_are_found_whatever_precedes_them)
{
	renumber(3);
	memset(crash.full, 'x', strlen(old));
	scratch_write(scratch_path("mbox"), crash.full, crash.length);
	ck_assert_uint_eq(recover(), 2);
	scratch_expect(scratch_path("mbox"), crash.full, crash.length);
}
END_TEST

/* For every reader, "From " in the middle of a line belongs to the message before it. */
START_TEST(messages_that_do_not_begin_a_line_are_not_found)
{
	crash.full[crash.ends[0] - 1] = 'x';
	scratch_write(scratch_path("mbox"), crash.full, crash.length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.length);
}
END_TEST

/* A power loss may leave the file's new size with NULs in place of any part of the appended text and of the gap. */
static void expect_recovery(const char *text, size_t whole, size_t end)
{
	const char *path = scratch_path("mbox");

	scratch_write(path, text, crash.length);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(recover(), whole);
		scratch_expect(path, text, end);
	}
}

START_TEST(an_append_with_nuls_is_cut_back_to_its_last_complete_message)
{
	char *text = memory_zeroed(1, crash.length);

	renumber(_i);
	for (size_t from = crash.ends[0]; from < crash.length; from += 3) {
		for (size_t to = from + 1; to <= crash.length; to += 17) {
			size_t whole = from >= crash.ends[1] ? 1 : 0;

			memcpy(text, crash.full, crash.length);
			memset(text + from, 0, to - from);
			expect_recovery(text, whole, crash.ends[whole]);
		}
	}
	free(text);
}
END_TEST

/* The gap after a file without a final line end is two bytes. */
START_TEST(nuls_in_the_gap_are_cut_away)
{
	char *text = memory_zeroed(1, crash.length);

	renumber(_i);
	for (size_t to = crash.ends[0]; to <= crash.length; to += 5) {
		memcpy(text, crash.full, crash.length);
		memset(text + strlen(old), 0, to - strlen(old));
		expect_recovery(text, 0, strlen(old));
	}
	memcpy(text, crash.full, crash.length);
	text[strlen(old)] = '\0';
	expect_recovery(text, 2, crash.length);
	free(text);
}
END_TEST

START_TEST(an_append_of_only_nuls_is_cut_back)
{
	for (size_t cut = strlen(old); cut <= crash.length; cut++) {
		memset(crash.full + strlen(old), 0, crash.length - strlen(old));
		scratch_write(scratch_path("mbox"), crash.full, cut);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect_text(scratch_path("mbox"), old);
	}
}
END_TEST

/* Another file that ends where the batch would begin may end with NULs of its own. */
START_TEST(trailing_nuls_of_another_file_are_kept)
{
	char *text = memory_zeroed(1, crash.ends[0]);
	size_t length = crash.ends[0] - (size_t)_i;

	renumber(2);
	memcpy(text, old, strlen(old));
	scratch_write(scratch_path("mbox"), text, length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), text, length);
	free(text);
}
END_TEST

/* The file's size may include space reserved after the batch. A run of NULs longer than the batch is not ours. */
START_TEST(nuls_after_the_batch_are_cut_up_to_the_length_of_the_batch)
{
	size_t batch = crash.length - crash.ends[0], most = crash.length + batch;
	char *text = memory_zeroed(1, most + 2);

	for (size_t from = crash.ends[0]; from <= crash.length; from += 7) {
		size_t whole = from == crash.length ? 2 : from >= crash.ends[1] ? 1 : 0;

		memset(text, 0, most);
		memcpy(text, crash.full, from);
		for (size_t length = crash.length + 1; length <= most + 1; length += batch - 1) {
			bool cut = length <= most;

			scratch_write(scratch_path("mbox"), text, length);
			ck_assert_uint_eq(recover(), whole);
			scratch_expect(scratch_path("mbox"), text, cut ? crash.ends[whole] : length);
		}
	}
	free(text);
}
END_TEST

START_TEST(nuls_between_the_batch_and_a_foreign_message_are_kept)
{
	static const char theirs[] = "From c@d Tue Nov 14 22:13:20 2023\n\nx\n\n";
	size_t length = crash.length + 10 + sizeof(theirs) - 1;
	char *text = memory_zeroed(1, length);

	memcpy(text, crash.full, crash.length);
	memcpy(text + crash.length + 10, theirs, sizeof(theirs) - 1);
	scratch_write(scratch_path("mbox"), text, length);
	ck_assert_uint_eq(recover(), 2);
	scratch_expect(scratch_path("mbox"), text, length);
	free(text);
}
END_TEST

START_TEST(foreign_text_in_place_of_the_batch_is_kept)
{
	static const char other[] = "From x\n\nold\n\nSubject: a rewritten mail\n\nwith a text\n";

	scratch_write_text(scratch_path("mbox"), other);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect_text(scratch_path("mbox"), other);
}
END_TEST

/* The account now delivers elsewhere, and the old mbox is gone, perhaps with its directory. */
START_TEST(a_missing_mbox_contains_no_messages_and_is_not_recreated)
{
	ck_assert_int_eq(unlink(scratch_path("mbox")), 0);
	ck_assert_uint_eq(recover_as(false), 0);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
	free(crash.intent.path);
	crash.intent.path = memory_copy_string(scratch_path("missing/mbox"));
	ck_assert_uint_eq(recover_as(false), 0);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
}
END_TEST

/* The state says where the mbox was. A file that is not the account's is never changed, whatever the state says. */
START_TEST(the_mbox_of_another_path_is_only_read)
{
	for (size_t cut = strlen(old); cut <= crash.length; cut++) {
		size_t whole = cut >= crash.ends[2] ? 2 : cut >= crash.ends[1] ? 1 : 0;

		scratch_write(scratch_path("mbox"), crash.full, cut);
		ck_assert_uint_eq(recover_as(false), whole);
		scratch_expect(scratch_path("mbox"), crash.full, cut);
	}
}
END_TEST

START_TEST(a_fifo_in_place_of_the_mbox_is_a_storage_failure)
{
	bool found[2];
	struct error err;

	ck_assert_int_eq(unlink(scratch_path("mbox")), 0);
	ck_assert_int_eq(mkfifo(scratch_path("mbox"), 0600), 0);
	ck_assert(!mbox_ops.recover(NULL, &crash.intent, NULL, found, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
}
END_TEST

enum { LONG = 200000 };

/* Makes a message much longer than the remembered head, and than the pieces read at a time. */
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

START_TEST(a_long_torn_message_is_cut_away)
{
	static const size_t back[] = {1, 2, 3, 100, 65536, 65541, LONG / 2, LONG - 10, LONG};

	scratch_write(scratch_path("mbox"), crash.full, crash.length - back[_i]);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0]);
}
END_TEST

/* Another program delivers after NULs, whether or not it checks for a line end. */
START_TEST(a_foreign_message_after_nuls_is_never_cut)
{
	static const char *const others[] = {"\nFrom c@d Tue Nov 14 22:13:20 2023\n\nx\n\n",
	    "From c@d Tue Nov 14 22:13:20 2023\n\nx\n\n", "From c@d\n\nx\n\n"};
	static const size_t nuls_before[] = {1, 2, 511, 512, 513, 600, 65535, 65536, 65537, LONG};
	size_t theirs = strlen(others[_i]);

	for (size_t i = 0; i < sizeof(nuls_before) / sizeof(nuls_before[0]); i++) {
		size_t nuls = nuls_before[i], length = crash.ends[0] + nuls + theirs;
		char *text = memory_zeroed(1, length);

		memcpy(text, crash.full, crash.ends[0]);
		memcpy(text + crash.ends[0] + nuls, others[_i], theirs);
		scratch_write(scratch_path("mbox"), text, length);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), text, length);
		free(text);
	}
}
END_TEST

/* The search for a foreign From_ line reads in pieces, and must find it across their borders. */
START_TEST(a_from_line_far_into_a_torn_message_is_found)
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

/* Lines of our own text that contain From_ lines, and the lines after them. */
static const char *const own_lines[] = {
    "> From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n> From: A <a@b>\n> Date: x\n",
    "+From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n+From: A <a@b>\n",
    "-From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n-From: A <a@b>\n",
    "\tFrom joe@example.org Thu Jan  1 00:00:00 1970\n\tSubject: x\n",
    "> > From joe@example.org Thu Jan  1 00:00:00 1970\n> > Subject: x\n",
    "X> From joe@example.org Thu Jan  1 00:00:00 1970\n\nSubject: x\n",
    "He wrote: From joe@example.org Thu Jan  1 00:00:00 1970\nand no more\n",
    "X-From-Line: From joe@example.org Thu Jan  1 00:00:00 1970\ntext\n",
    "I got it From our boss on Thu Jan  1 00:00:00 1970\nas the subject: x\n",
    "Received From x by y on Thu Jan  1 00:00:00 1970\n(Received: x)\n",
    "From joe@example.org Thu Jan  1 00:00:00 1970\nSubject: x\n",
    ">>From joe@example.org Thu Jan  1 00:00:00 1970\nSubject: x\n",
    "From a From joe@example.org Thu Jan  1 00:00:00 1970\ntext\n",
};

/* Lines of our own text that cannot be distinguished from the beginning of a foreign message. */
static const char *const doubtful_lines[] = {
    "I got it From our boss on Thu Jan  1 00:00:00 1970\nSubject: x\n",
    "Received From x by y on Thu Jan  1 00:00:00 1970\nReceived: x\n",
    "It is From here\nNote: to there\n",
};

enum { OWN_AT = 70000 };

/* Appends a long message that contains the lines. Returns their position in the file, after any '>'. */
static size_t append_with(const char *lines)
{
	char *text = make_long();
	size_t length = strlen(lines), at = OWN_AT - OWN_AT % 71;
	const char *found;

	memcpy(text + at, lines, length);
	text[at + length - 1] = '\n';
	append(text, NULL);
	free(text);
	found = memmem(crash.full, crash.length, lines, length);
	ck_assert_ptr_nonnull(found);
	return (size_t)(found - crash.full);
}

START_TEST(text_that_quotes_a_from_line_is_cut_with_its_torn_message)
{
	size_t at = append_with(own_lines[_i]);

	for (size_t torn = crash.length - 1; torn > at + strlen(own_lines[_i]); torn -= 9973) {
		scratch_write(scratch_path("mbox"), crash.full, torn);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0]);
	}
}
END_TEST

START_TEST(text_that_may_be_a_foreign_message_keeps_the_torn_one)
{
	size_t at = append_with(doubtful_lines[_i]);

	for (size_t torn = crash.length - 1; torn > at + strlen(doubtful_lines[_i]); torn -= 9973) {
		scratch_write(scratch_path("mbox"), crash.full, torn);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), crash.full, torn);
	}
}
END_TEST

/*
 * A NUL before the line may replace the '>', or the line end before a foreign line. Only a header after the line
 * shows that it is foreign.
 */
START_TEST(our_own_from_line_after_nuls_is_cut)
{
	static const char own[] = "From joe@example.org Thu Jan  1 00:00:00 1970\nno header\n";
	static const size_t before[] = {0, 1, 2, 9, 9, 4096}, length[] = {1, 1, 1, 9, 8, 4095};
	size_t at = append_with(own);

	memset(crash.full + at - before[_i], 0, length[_i]);
	if (before[_i] == 0) /* over the 'F' */
		ck_assert_int_eq(crash.full[at], '\0');
	scratch_write(scratch_path("mbox"), crash.full, crash.length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0]);
}
END_TEST

/* A program that does not check for a line end has delivered after the torn message, wherever that ends. */
static const char *const others_lines[] = {
    "From p@x Fri Feb 13 23:31:30 2009\nSubject: p\n\np\n\n",
    "From \"p q\"@x Fri Feb 13 23:31:30 2009\nMessage-ID : p\n\np\n\n",
    "From p@x  Fri Feb 13 23:31:30 2009 remote from y\n>From z Fri Feb 13 23:31:30 2009\nTo: p\n\np\n\n",
    "From MAILER-DAEMON Fri Feb 13 23:31 2009\nTo: p\n\np\n\n",
    "From p@x Fri Feb 13 23:31:30 2009\nMessa",
    "From p@x Fri Feb 13 23:31:30 2009\n",
    "From p@x Fri, 13 Feb 2009 23:31:30 +0000\nReturn-Path: <p@x>\n\np\n\n",
    "From p@x 2009-02-13T23:31:30+00:00\nReturn-Path: <p@x>\n\np\n\n",
    "From p@x Fr 13. Feb 23:31:30 UTC 2009\nSubject: p\n\np\n\n",
    "From p@x Fri 13 Feb 2009 11:31:30 PM UTC\nSubject: p\n\np\n\n",
    "From P Q <p@x> Fri Feb 13 23:31:30 2009\nSubject: p\n\np\n\n",
    "From p@x\r\nX.Loop: p\r\n\r\np\r\n\r\n",
    "From p@x\nSubject: p\n\np\n\n",
    "From \nSubject: p\n\np\n\n",
};

START_TEST(a_foreign_message_that_begins_within_a_torn_line_is_never_cut)
{
	size_t theirs = strlen(others_lines[_i]);

	for (size_t torn = 600; torn < LONG; torn += 9001) {
		size_t length = crash.ends[0] + torn + theirs;
		char *text = memory_zeroed(1, length);

		memcpy(text, crash.full, crash.ends[0] + torn);
		memcpy(text + crash.ends[0] + torn, others_lines[_i], theirs);
		scratch_write(scratch_path("mbox"), text, length);
		ck_assert_uint_eq(recover(), 0);
		scratch_expect(scratch_path("mbox"), text, length);
		free(text);
	}
}
END_TEST

/* A mail reader records the status in a header field, after the part that is remembered of the message. */
START_TEST(a_message_marked_by_a_reader_is_not_cut)
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

/* The text between the heads is known only by the digest of the complete message. */
START_TEST(a_message_altered_in_place_is_kept)
{
	char *text = make_long();

	append(text, _i ? text : NULL);
	free(text);
	crash.full[crash.ends[0] + LONG / 2] ^= 1;
	scratch_write(scratch_path("mbox"), crash.full, crash.length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.length);
}
END_TEST

START_TEST(nuls_far_into_the_first_message_are_cut_with_it)
{
	char *text = make_long();

	append(text, text);
	free(text);
	memset(crash.full + crash.ends[0] + LONG / 2, 0, 4096);
	scratch_write(scratch_path("mbox"), crash.full, crash.length - 5);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0]);
}
END_TEST

/* A reader has removed the first of two messages that differ only at their ends, or in their lengths. */
START_TEST(a_message_moved_to_the_place_of_another_is_not_cut)
{
	char *one = make_long(), *two = make_long();
	size_t length;

	one[LONG - 1] = '1';
	if (_i > 0)
		(_i == 1 ? one : two)[LONG - 1000] = '\0';
	append(one, two);
	length = crash.length - crash.ends[1];
	memmove(crash.full + crash.ends[0], crash.full + crash.ends[1], length);
	scratch_write(scratch_path("mbox"), crash.full, crash.ends[0] + length);
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), crash.full, crash.ends[0] + length);
	free(one);
	free(two);
}
END_TEST

/* Writes a file of `before` and the appended batch without its last `lost` bytes. */
static size_t write_moved(const char *before, size_t lost)
{
	size_t batch = crash.length - crash.ends[0], length = strlen(before) + batch - lost;
	char *text = memory_zeroed(1, length + lost);

	memcpy(text, before, strlen(before));
	memcpy(text + strlen(before), crash.full + crash.ends[0], batch);
	scratch_write(scratch_path("mbox"), text, length);
	free(text);
	return strlen(before);
}

/* A reader has removed messages before ours, or others have been inserted there. */
START_TEST(a_moved_batch_is_found)
{
	static const char *const before[] = {"", "From y\n\n",
	    "From x\n\nold\n\nFrom y\n\na longer text than before\n\n"};
	size_t at = write_moved(before[_i], 0), length;

	for (int i = 0; i < 2; i++)
		ck_assert_uint_eq(recover(), 2);
	at = write_moved(before[_i], 5);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(recover(), 1);
		free(scratch_read(scratch_path("mbox"), &length));
		ck_assert_uint_eq(length, at + crash.ends[1] - crash.ends[0]);
	}
}
END_TEST

/* Another account may have delivered the same message in the same second. */
START_TEST(an_unwritten_batch_is_not_confused_with_an_equal_one)
{
	size_t batch = crash.length - crash.ends[0];
	char *text = memory_zeroed(1, batch);

	memcpy(text, crash.full + crash.ends[0], batch);
	scratch_write(scratch_path("mbox"), text, batch);
	crash.intent.offset = batch + (size_t)_i;
	ck_assert_uint_eq(recover(), 0);
	scratch_expect(scratch_path("mbox"), text, batch);
	free(text);
}
END_TEST

START_TEST(a_moved_long_message_is_found)
{
	size_t fill = 131072 + 300 + (size_t)_i * 97, batch = crash.length - crash.ends[0];
	char *text = memory_zeroed(1, fill + batch);

	memset(text, 'x', fill - 1);
	text[fill - 1] = '\n';
	memcpy(text + fill, crash.full + crash.ends[0], batch);
	scratch_write(scratch_path("mbox"), text, fill + batch);
	ck_assert_uint_eq(recover(), 1);
	scratch_expect(scratch_path("mbox"), text, fill + batch);
	free(text);
}
END_TEST

START_TEST(an_empty_message_is_recovered)
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
	TCase *empty = scratch_case(s, "empty messages"), *nuls = scratch_case(s, "NULs"),
	      *own = scratch_case(s, "custom messages");

	tcase_add_checked_fixture(two, enter, leave);
	tcase_add_checked_fixture(other, enter_long, leave);
	tcase_add_checked_fixture(empty, NULL, leave);
	tcase_add_checked_fixture(nuls, enter_plain, leave);
	tcase_add_checked_fixture(own, NULL, leave);
	tcase_add_test(two, a_write_cut_at_any_byte_is_truncated_after_its_last_complete_message);
	tcase_add_test(two, recovering_twice_gives_the_same_result);
	tcase_add_test(two, a_foreign_message_after_a_torn_one_is_never_cut);
	tcase_add_test(two, a_file_that_became_shorter_is_left_unchanged);
	tcase_add_loop_test(two, different_device_and_inode_numbers_change_nothing, 0, 4);
	tcase_add_test(two, messages_are_found_whatever_precedes_them);
	tcase_add_test(two, messages_that_do_not_begin_a_line_are_not_found);
	tcase_add_loop_test(nuls, an_append_with_nuls_is_cut_back_to_its_last_complete_message, 0, 4);
	tcase_add_loop_test(nuls, nuls_in_the_gap_are_cut_away, 0, 4);
	tcase_add_test(nuls, an_append_of_only_nuls_is_cut_back);
	tcase_add_loop_test(nuls, trailing_nuls_of_another_file_are_kept, 0, 2);
	tcase_add_test(nuls, nuls_after_the_batch_are_cut_up_to_the_length_of_the_batch);
	tcase_add_test(nuls, nuls_between_the_batch_and_a_foreign_message_are_kept);
	tcase_add_loop_test(other, a_foreign_message_after_nuls_is_never_cut, 0, 3);
	tcase_add_test(two, foreign_text_in_place_of_the_batch_is_kept);
	tcase_add_test(two, a_missing_mbox_contains_no_messages_and_is_not_recreated);
	tcase_add_test(two, the_mbox_of_another_path_is_only_read);
	tcase_add_test(two, a_fifo_in_place_of_the_mbox_is_a_storage_failure);
	tcase_add_loop_test(other, a_long_torn_message_is_cut_away, 0, 9);
	tcase_add_test(other, a_from_line_far_into_a_torn_message_is_found);
	LOOP_OVER(own, text_that_quotes_a_from_line_is_cut_with_its_torn_message, own_lines);
	tcase_add_loop_test(own, our_own_from_line_after_nuls_is_cut, 0, 6);
	LOOP_OVER(own, text_that_may_be_a_foreign_message_keeps_the_torn_one, doubtful_lines);
	LOOP_OVER(other, a_foreign_message_that_begins_within_a_torn_line_is_never_cut, others_lines);
	tcase_add_test(other, a_message_marked_by_a_reader_is_not_cut);
	tcase_add_loop_test(own, a_message_altered_in_place_is_kept, 0, 2);
	tcase_add_test(own, nuls_far_into_the_first_message_are_cut_with_it);
	tcase_add_loop_test(own, a_message_moved_to_the_place_of_another_is_not_cut, 0, 3);
	tcase_add_loop_test(two, a_moved_batch_is_found, 0, 3);
	tcase_add_loop_test(two, an_unwritten_batch_is_not_confused_with_an_equal_one, 0, 3);
	tcase_add_loop_test(other, a_moved_long_message_is_found, 0, 9);
	tcase_add_test(empty, an_empty_message_is_recovered);
	return scratch_main(s);
}
