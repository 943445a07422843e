#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/step.h"
#include "check_main.h"
#include "deliver/mbox_intent.h"
#include "one_state.h"
#include "scratch.h"

/* Runs `work` in a process that dies: SQLite's files stay as they are at that moment. */
static void in_a_run_that_dies(void (*work)(void *context))
{
	struct scratch_child child;

	state_close(&s);
	scratch_hold(&child, work, NULL);
	scratch_release(&child);
	enter();
}

START_TEST(a_listing_is_joined_with_the_records)
{
	struct state_item items[] = {
	    {.uid = "a", .octets = 6},
	    {.uid = "b", .octets = 6},
	    {.uid = "c", .octets = 6},
	    {.uid = "d", .octets = 6},
	    {.uid = "e", .octets = 6},
	};

	record("b", 100);
	record("bb", 150);
	record("d", 200);
	ck_assert(state_note_unfetched(s, "c", STATE_UNFETCHED_LARGE, 0, 1, &err));
	ck_assert(state_note_unfetched(s, "d", STATE_UNFETCHED_LARGE, 0, 1, &err));
	ck_assert(state_commit(s, &err));
	reopen();
	ck_assert(state_join(s, items, COUNT(items), NULL, &err));
	for (size_t i = 0; i < COUNT(items); i++) {
		ck_assert_int_eq(items[i].known, i == 1 || i == 3);
		ck_assert_int_eq(items[i].unfetched, i == 2 || i == 3);
	}
	ck_assert_int_eq(items[1].delivered, 100);
	ck_assert_int_eq(items[3].delivered, 200);
	ck_assert(state_join(s, NULL, 0, NULL, &err));
}
END_TEST

/* Sorted as strcmp sorts. */
START_TEST(a_uid_may_contain_any_bytes)
{
	static const char *const uids[] = {"!", "0", "00", "A", "a", "a b", "aa", "z'; DROP TABLE message; --", "\x7f",
	    "\x80", "\xc3\xa4", "\xff\xfe"};
	struct state_item items[COUNT(uids)] = {{.uid = NULL}};

	for (size_t i = 0; i < COUNT(uids); i += 2)
		record(uids[i], (int64_t)i + 1);
	for (size_t i = 0; i < COUNT(uids); i++)
		items[i] = (struct state_item){.uid = uids[i], .octets = 6};
	ck_assert(state_join(s, items, COUNT(uids), NULL, &err));
	for (size_t i = 0; i < COUNT(uids); i++) {
		ck_assert_msg(items[i].known == (i % 2 == 0), "%s", uids[i]);
		ck_assert_int_eq(items[i].delivered, i % 2 ? 0 : (int64_t)i + 1);
	}
}
END_TEST

/* Lengths of the UIDs. UIDs of 12,000 bytes exceed the limit of reading ahead. */
static const struct {
	int width;
	bool ahead;
} many[] = {{5, false}, {5, true}, {12000, true}};

START_TEST(thousands_of_messages_are_joined)
{
	enum { MANY = 5000 };
	struct state_item *items = memory_zeroed(MANY, sizeof(*items));
	char **uids = memory_zeroed(MANY, sizeof(*uids));
	struct state_joined look = {.now = 1};
	struct state_rows *ahead = NULL;

	for (int i = 0; i < MANY; i++) {
		uids[i] = memory_format("%0*d", many[_i].width, i);
		items[i] = (struct state_item){.uid = uids[i], .octets = 6};
		if (i % 3 == 0)
			ck_assert(add(uids[i], i + 1, 2));
	}
	ck_assert(state_commit(s, &err));
	ck_assert(!many[_i].ahead || state_read_ahead(s, SIZE_MAX, &ahead, &err));
	look.ahead = ahead;
	ck_assert(state_join(s, items, MANY, &look, &err));
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(items[i].delivered, i % 3 == 0 ? i + 1 : 0);
		free(uids[i]);
	}
	state_rows_free(&ahead);
	free(items);
	free(uids);
}
END_TEST

START_TEST(the_totals_of_the_maildrop_are_known_once_all_records_are_read)
{
	struct state_item items[] = {{.uid = "a", .octets = STATE_UNSIZED}, {.uid = "c", .octets = STATE_UNSIZED}};
	struct state_joined look = {.now = 1};
	struct state_rows *ahead = NULL;
	uint64_t messages, octets;

	record("a", 1);
	record("b", 2);
	record("c", 3);
	ck_assert(state_mark_deleted(s, "b", true, 4, &err) && state_commit(s, &err));
	ck_assert(state_read_ahead(s, 1, &ahead, &err));
	ck_assert(!state_rows_listed(ahead, &messages, &octets));
	ck_assert_uint_eq(messages, 1);
	ck_assert(state_read_ahead(s, 2, &ahead, &err)); /* the missing one does not count */
	ck_assert(!state_rows_listed(ahead, &messages, &octets));
	ck_assert_uint_eq(messages, 2);
	ck_assert(state_read_ahead(s, 3, &ahead, &err));
	ck_assert(state_rows_listed(ahead, &messages, &octets));
	ck_assert_uint_eq(messages, 2);
	ck_assert_uint_eq(octets, 12);
	ck_assert(state_read_ahead(s, SIZE_MAX, &ahead, &err)); /* there are no more */
	look.ahead = ahead;
	ck_assert(state_join(s, items, COUNT(items), &look, &err));
	ck_assert(!look.differs);
	for (size_t i = 0; i < COUNT(items); i++) {
		ck_assert(items[i].known && !items[i].doubtful);
		ck_assert_uint_eq(items[i].octets, 6);
	}
	state_rows_free(&ahead);
}
END_TEST

START_TEST(records_read_ahead_are_not_used_after_a_change)
{
	struct state_item items[] = {{.uid = "a", .octets = 6}, {.uid = "b", .octets = 6}};
	struct state_joined look = {.now = 1};
	struct state_rows *ahead = NULL;

	record("a", 1);
	ck_assert(state_read_ahead(s, SIZE_MAX, &ahead, &err));
	ck_assert(state_displace(s, "a", 2, &err) && add("b", 3, 2));
	look.ahead = ahead;
	ck_assert(state_join(s, items, COUNT(items), &look, &err));
	ck_assert(!items[0].known && items[1].known);
	state_rows_free(&ahead);
}
END_TEST

START_TEST(a_rollback_discards_uncommitted_changes)
{
	record("a", 1);
	ck_assert(add("b", 2, 2));
	ck_assert(state_note_unfetched(s, "c", STATE_UNFETCHED_LARGE, 0, 2, &err));
	state_rollback(s);
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_str_eq(knows("c"), "-");
	ck_assert(state_commit(s, &err)); /* nothing to commit */
	state_rollback(s);
	record("b", 3);
	ck_assert_str_eq(knows("b"), "k");
}
END_TEST

static void die_before_the_commit(void *context)
{
	(void)context;
	enter();
	record("a", 1);
	ck_assert(add("b", 2, 2));
}

START_TEST(an_uncommitted_batch_is_lost_in_a_crash)
{
	in_a_run_that_dies(die_before_the_commit);
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_str_eq(knows("b"), "-");
}
END_TEST

START_TEST(a_message_delivered_again_has_the_new_time)
{
	struct state_item item = {.uid = "a"};

	record("a", 1);
	record("a", 2);
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert_int_eq(item.delivered, 2);
}
END_TEST

START_TEST(recovery_is_needed_until_a_run_ends)
{
	ck_assert(state_needs_recovery(s)); /* no run has taken place */
	ck_assert_int_eq(state_last_seen(s), 0);
	ck_assert(state_begin_run(s, 100, &err));
	reopen();
	ck_assert(state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 0);
	ck_assert(state_begin_run(s, 200, &err));
	ck_assert(state_end_run(s, 210, &err));
	reopen();
	ck_assert(!state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 210);
	ck_assert(state_begin_run(s, 300, &err));
	reopen();
	ck_assert(state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 210);
	ck_assert(state_end_run(s, 310, &err));
	reopen();
	ck_assert(!state_needs_recovery(s));
}
END_TEST

START_TEST(the_latest_time_is_kept_if_the_clock_goes_back_or_runs_are_forgotten)
{
	ck_assert(state_end_run(s, 5000, &err));
	for (int i = 0; i < 50; i++) {
		ck_assert(state_begin_run(s, 1000 + i, &err));
		ck_assert(state_end_run(s, 1000 + i, &err));
	}
	reopen();
	ck_assert(!state_needs_recovery(s));
	ck_assert_int_eq(state_last_seen(s), 5000);
	for (int i = 0; i < 150; i++)
		ck_assert(state_end_run(s, 6000 + i, &err));
	reopen();
	ck_assert_int_eq(state_last_seen(s), 6149);
}
END_TEST

static void expect_no_intent(void)
{
	struct mbox_intent intent;
	struct state_record *records;

	ck_assert_msg(state_get_intent(s, &intent, &records, &err), "%s", err.cause);
	ck_assert_ptr_null(intent.path);
	ck_assert_uint_eq(intent.count, 0);
	ck_assert_ptr_null(records);
}

/* An intent and the records of two messages, of which the first fills its head. */
static char intent_path[] = "/var/mail/m\xc3\xa4\xff";
static struct mbox_extent extents[2];
static struct mbox_intent intended = {
    .path = intent_path,
    .offset = UINT64_C(1) << 40,
    .device = 11,
    .inode = UINT64_MAX - 3,
    .extents = extents,
    .count = 2,
};
static struct state_record intended_records[2] = {
    {.uid = "a",
	.octets = UINT64_C(1) << 33,
	.wire = (UINT64_C(1) << 33) + 8,
	.listed = (UINT64_C(1) << 33) + 9,
	.delivered = 1234},
    {.uid = "b", .octets = 0, .wire = 2, .listed = 3, .delivered = 1235},
};

static void enter_with_intent(void)
{
	enter();
	for (unsigned i = 0; i < 2; i++) {
		memset(intended_records[i].sha256, (int)(10 + i), DIGEST_SIZE);
		memset(intended_records[i].header, (int)(20 + i), DIGEST_SHORT);
		memset(extents[i].sha256, (int)(30 + i), DIGEST_SIZE);
		memset(extents[i].head, (int)i, MBOX_HEAD_MOST); /* includes NULs */
		extents[i].length = (UINT64_C(1) << 34) + i;
	}
	extents[0].head_length = MBOX_HEAD_MOST;
	extents[1].head_length = 35;
}

static void set_intent(void)
{
	ck_assert_msg(state_set_intent(s, &intended, intended_records, &err), "%s", err.cause);
}

static void expect_intent(void)
{
	struct mbox_intent got;
	struct state_record *records;

	ck_assert_msg(state_get_intent(s, &got, &records, &err), "%s", err.cause);
	ck_assert_str_eq(got.path, intended.path);
	ck_assert_uint_eq(got.offset, intended.offset);
	ck_assert_uint_eq(got.device, intended.device);
	ck_assert_uint_eq(got.inode, intended.inode);
	ck_assert_uint_eq(got.count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_str_eq(records[i].uid, intended_records[i].uid);
		ck_assert_uint_eq(records[i].octets, intended_records[i].octets);
		ck_assert_uint_eq(records[i].wire, intended_records[i].wire);
		ck_assert_uint_eq(records[i].listed, intended_records[i].listed);
		ck_assert_int_eq(records[i].delivered, intended_records[i].delivered);
		ck_assert_mem_eq(records[i].sha256, intended_records[i].sha256, DIGEST_SIZE);
		ck_assert_mem_eq(records[i].header, intended_records[i].header, DIGEST_SHORT);
		ck_assert_uint_eq(got.extents[i].length, extents[i].length);
		ck_assert_mem_eq(got.extents[i].sha256, extents[i].sha256, DIGEST_SIZE);
		ck_assert_uint_eq(got.extents[i].head_length, extents[i].head_length);
		ck_assert_mem_eq(got.extents[i].head, extents[i].head, extents[i].head_length);
		free((char *)(uintptr_t)records[i].uid);
	}
	free(records);
	mbox_intent_free(&got);
}

START_TEST(an_intent_is_read_back_unchanged)
{
	expect_no_intent();
	set_intent();
	expect_intent();
	reopen();
	expect_intent();
	/* An intent that is not settled is not replaced. */
	ck_assert(!state_set_intent(s, &intended, intended_records, &err));
	expect_intent();
	ck_assert_str_eq(knows("a"), "-"); /* an intended message is not delivered */
}
END_TEST

static void die_after_the_intent(void *context)
{
	(void)context;
	enter();
	set_intent();
	ck_assert(add("a", 1, 2));
	ck_assert(state_drop_intent(s, &err));
}

START_TEST(an_intent_lasts_until_its_end_is_committed)
{
	in_a_run_that_dies(die_after_the_intent);
	expect_intent();
	ck_assert_str_eq(knows("a"), "-");
	ck_assert(add("a", 1, 2) && state_drop_intent(s, &err) && state_commit(s, &err));
	reopen();
	expect_no_intent();
	ck_assert_str_eq(knows("a"), "k");
}
END_TEST

START_TEST(trouble_is_kept_until_it_ends)
{
	struct state_trouble t = {.since = 10,
				 .at = 20,
				 .reported = 15,
				 .step = STEP_CONNECT,
				 .cause = "no",
				 .server = "never"},
			     back;

	ck_assert(state_get_trouble(s, &back, &err));
	ck_assert_int_eq(back.since, 0);
	ck_assert_msg(state_set_trouble(s, &t, &err), "%s", err.cause);
	t.at = 30;
	ck_assert(state_set_trouble(s, &t, &err));
	reopen();
	ck_assert(state_get_trouble(s, &back, &err));
	ck_assert_mem_eq(&back, &t, sizeof(t));
	ck_assert(state_end_trouble(s, &err));
	reopen();
	ck_assert(state_get_trouble(s, &back, &err));
	ck_assert_int_eq(back.since, 0);
}
END_TEST

START_TEST(only_a_completed_run_is_a_success)
{
	struct state_summary summary;
	struct state_last_run last;

	/* A state of an older version has no note. */
	ck_assert(state_end_run(s, 100, &err));
	reopen();
	state_get_last_run(s, &last);
	ck_assert_int_eq(last.result, STATE_RUN_UNKNOWN);
	ck_assert(state_summarize(s, &summary, &err));
	ck_assert_int_eq(summary.last_success, 100);
	ck_assert(state_note_run(s, STATE_RUN_BEGUN, 200, &err));
	ck_assert(state_end_run(s, 200, &err)); /* after recovery */
	ck_assert(state_begin_run(s, 200, &err));
	reopen();
	ck_assert(state_summarize(s, &summary, &err));
	ck_assert_int_eq(summary.last.result, STATE_RUN_BEGUN);
	ck_assert_int_eq(summary.last.began, 200);
	ck_assert_int_eq(summary.last_success, 100);
	ck_assert(state_end_run(s, 300, &err));
	ck_assert(state_note_run(s, STATE_RUN_INTERRUPTED, 300, &err));
	reopen();
	ck_assert(!state_needs_recovery(s)); /* the stamp is not affected */
	ck_assert(state_summarize(s, &summary, &err));
	ck_assert_int_eq(summary.last.result, STATE_RUN_INTERRUPTED);
	ck_assert_int_eq(summary.last_success, 100);
	ck_assert(state_note_run(s, STATE_RUN_COMPLETED, 400, &err));
	ck_assert(state_note_run(s, STATE_RUN_FAILED, 500, &err));
	reopen();
	ck_assert(state_summarize(s, &summary, &err));
	ck_assert_int_eq(summary.last.result, STATE_RUN_FAILED);
	ck_assert_int_eq(summary.last_success, 400);
	ck_assert_int_eq(state_last_end(scratch_path("state"), "work"), 300);
}
END_TEST

START_TEST(the_end_of_the_last_run_can_be_read_without_opening_the_state)
{
	ck_assert_int_eq(state_last_end(scratch_path("state"), "other"), 0);
	ck_assert(state_end_run(s, 1000, &err));
	ck_assert_int_eq(state_last_end(scratch_path("state"), "work"), 1000);
}
END_TEST

START_TEST(the_last_refusal_is_kept_until_it_is_forgotten)
{
	static char login[] = "me@pop.example.org:995 auto", words[] = "[AUTH] no";
	struct state_refusal set = {.at = 100, .login = login, .mark = {0, 255}, .words = words}, got;
	bool found = true;

	ck_assert(state_get_refusal(s, &got, &found, &err));
	ck_assert(!found);
	ck_assert(state_set_refusal(s, &set, &err));
	set.at = 200;
	ck_assert(state_set_refusal(s, &set, &err) && state_commit(s, &err));
	reopen();
	ck_assert(state_get_refusal(s, &got, &found, &err));
	ck_assert(found);
	ck_assert_int_eq(got.at, 200);
	ck_assert_str_eq(got.login, login);
	ck_assert_mem_eq(got.mark, set.mark, sizeof(got.mark));
	ck_assert_str_eq(got.words, words);
	free(got.login);
	free(got.words);
	ck_assert(state_set_refusal(s, NULL, &err) && state_commit(s, &err));
	reopen();
	ck_assert(state_get_refusal(s, &got, &found, &err));
	ck_assert(!found);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("state");
	TCase *c = scratch_case(suite, "records"), *i = scratch_case(suite, "intent");

	tcase_add_checked_fixture(c, enter, leave);
	tcase_add_checked_fixture(i, enter_with_intent, leave);
	tcase_add_test(c, a_listing_is_joined_with_the_records);
	tcase_add_test(c, a_uid_may_contain_any_bytes);
	LOOP_OVER(c, thousands_of_messages_are_joined, many);
	tcase_add_test(c, the_totals_of_the_maildrop_are_known_once_all_records_are_read);
	tcase_add_test(c, records_read_ahead_are_not_used_after_a_change);
	tcase_add_test(c, a_rollback_discards_uncommitted_changes);
	tcase_add_test(c, an_uncommitted_batch_is_lost_in_a_crash);
	tcase_add_test(c, a_message_delivered_again_has_the_new_time);
	tcase_add_test(c, recovery_is_needed_until_a_run_ends);
	tcase_add_test(c, the_latest_time_is_kept_if_the_clock_goes_back_or_runs_are_forgotten);
	tcase_add_test(c, the_last_refusal_is_kept_until_it_is_forgotten);
	tcase_add_test(i, an_intent_is_read_back_unchanged);
	tcase_add_test(i, an_intent_lasts_until_its_end_is_committed);
	tcase_add_test(i, trouble_is_kept_until_it_ends);
	tcase_add_test(i, the_end_of_the_last_run_can_be_read_without_opening_the_state);
	tcase_add_test(i, only_a_completed_run_is_a_success);
	return scratch_main(suite);
}
