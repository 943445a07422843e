#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "check_main.h"
#include "deliver/destination.h"
#include "deliver/mbox_intent.h"
#include "policy/plan.h"
#include "transfer/batch.h"
#include "scratch.h"
#include "state/intent.h"
#include "state/join.h"
#include "state/record.h"
#include "state/state.h"

enum { MESSAGES_FIRST = 128, MEGABYTE = 1024 * 1024 };

static struct batch batch;
static struct plan_entry entries[1100];
static char uids[1100][24];

static void fill(size_t count, uint64_t octets)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(uids[i], sizeof(uids[i]), "%zu", i);
		entries[i] = (struct plan_entry){.number = (uint32_t)i + 1, .uid = uids[i]};
		batch_add(&batch, &entries[i], octets);
	}
}

static void leave(void)
{
	batch_free(&batch);
	ck_assert_uint_eq(batch.count, 0);
}

static const struct {
	size_t count;
	uint64_t octets;      /* of each message */
	bool final;	      /* whether the destination is final */
	uint64_t octets_most; /* the destination's limit of a batch */
	bool full;
} batches[] = {
    {1, 1000, false, 0, false},
    {1, 1000, true, 0, true},
    {MESSAGES_FIRST - 1, 0, false, 0, false},
    {MESSAGES_FIRST, 0, false, 0, true},
    {MESSAGES_FIRST + 20, 0, false, 0, true},
    {1, 16 * MEGABYTE - 1, false, 0, false},
    {1, 16 * MEGABYTE, false, 0, true},
    {4, 4 * MEGABYTE - 1, false, 0, false},
    {4, 4 * MEGABYTE, false, 0, true},
    {1, UINT64_C(1) << 40, false, 0, true},
    {1, 4 * MEGABYTE - 1, false, 4 * MEGABYTE, false},
    {1, 4 * MEGABYTE, false, 4 * MEGABYTE, true},
    {MESSAGES_FIRST, 0, false, 4 * MEGABYTE, true},
};

START_TEST(a_batch_is_full_at_its_limit_of_messages_or_bytes)
{
	const struct destination_ops ops = {.final = batches[_i].final, .batch_octets = batches[_i].octets_most};

	fill(batches[_i].count, batches[_i].octets);
	ck_assert_int_eq(batch_is_full(&batch, &ops), batches[_i].full);
}
END_TEST

START_TEST(the_limit_of_messages_doubles_with_each_batch_up_to_1024)
{
	static const size_t sizes[] = {128, 256, 512, 1024, 1024};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		fill(sizes[i] - 1, 1);
		ck_assert(!batch_is_full(&batch, &maildir_ops));
		fill(1, 1);
		ck_assert(batch_is_full(&batch, &maildir_ops));
		batch_clear(&batch);
	}
}
END_TEST

START_TEST(a_batch_is_full_when_its_time_is_up)
{
	fill(1, 1);
	ck_assert_int_gt(deadline_left(batch.until), 1000);
	ck_assert_int_le(deadline_left(batch.until), 5000);
	batch.until = deadline_in(0);
	ck_assert(batch_is_full(&batch, &maildir_ops));
	batch_clear(&batch);
	fill(1, 1); /* the time starts with the first message */
	ck_assert(!batch_is_full(&batch, &maildir_ops));
}
END_TEST

START_TEST(the_time_of_a_batch_starts_with_its_first_message)
{
	deadline until;

	fill(1, 1);
	until = batch.until -= 1000;
	fill(2, 1);
	ck_assert_int_eq(batch.until, until);
}
END_TEST

START_TEST(a_large_batch_keeps_its_messages_in_order)
{
	fill(300, 7);
	ck_assert_uint_eq(batch.count, 300);
	for (size_t i = 0; i < 300; i++) {
		ck_assert_ptr_eq(batch.entries[i], &entries[i]);
		ck_assert_str_eq(batch.records[i].uid, uids[i]);
		ck_assert_uint_eq(batch.records[i].octets, 7);
	}
}
END_TEST

/* A destination that examines, at each step, what the state has on disk. */
static struct watcher {
	struct destination base;
	struct destination_ops ops;
	struct mbox_intent intent;
	struct mbox_extent extents[3];
	bool refuse_prepare, refuse_commit;
	char trace[64];
} watcher;

/* Notes what another process would read: i for an intent, k for a recorded message. */
static void note_state(const char *step)
{
	struct state_item item = {.uid = "0"};
	struct mbox_intent intent;
	struct state_record *records;
	struct state *s;
	struct error err;
	size_t used = strlen(watcher.trace);

	ck_assert_msg(state_open(&s, scratch_path("state"), "work", STATE_READ, &err), "%s", err.cause);
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(state_get_intent(s, &intent, &records, &err));
	snprintf(watcher.trace + used, sizeof(watcher.trace) - used, "%s%s%s ", step, intent.path ? "+i" : "",
	    item.known ? "+k" : "");
	for (size_t i = 0; i < intent.count; i++)
		free((char *)(uintptr_t)records[i].uid);
	free(records);
	mbox_intent_free(&intent);
	state_close(&s);
}

static bool prepare(struct destination *d, const struct mbox_intent **intent, struct error *err)
{
	(void)d;
	note_state("prepare");
	*intent = &watcher.intent;
	return !watcher.refuse_prepare || error_set(err, ERROR_LOCKED, "locked");
}

static bool commit(struct destination *d, struct error *err)
{
	(void)d;
	note_state("commit");
	return !watcher.refuse_commit || error_set(err, ERROR_STORAGE, "full");
}

static const struct {
	bool has_intent, refuse_prepare, refuse_commit;
	const char *trace;
} orders[] = {
    {false, false, false, "commit end+k "},
    {true, false, false, "prepare commit+i end+k "},
    {true, true, false, "prepare end "},
    {true, false, true, "prepare commit+i end+i "},
    {false, false, true, "commit end "},
};

/* The order is intent, message, record; none is written before the previous one. */
START_TEST(a_message_is_recorded_only_after_it_is_in_place)
{
	static char path[] = "/var/mail/me";
	struct state *s;
	struct error err;
	bool ok;

	watcher.ops = (struct destination_ops){.scheme = "watcher", .commit = commit};
	if (orders[_i].has_intent)
		watcher.ops.prepare = prepare;
	watcher.base.ops = &watcher.ops;
	watcher.intent = (struct mbox_intent){.path = path, .extents = watcher.extents, .count = 3};
	watcher.refuse_prepare = orders[_i].refuse_prepare;
	watcher.refuse_commit = orders[_i].refuse_commit;
	ck_assert(state_open(&s, scratch_path("state"), "work", STATE_WRITE, &err));
	fill(3, 1);
	ok = batch_commit(&batch, &watcher.base, s, &err);
	ck_assert_int_eq(ok, !orders[_i].refuse_prepare && !orders[_i].refuse_commit);
	if (!ok)
		ck_assert_int_eq(err.kind, orders[_i].refuse_prepare ? ERROR_LOCKED : ERROR_STORAGE);
	/* Only then is nothing in place. */
	ck_assert_int_eq(batch.failed, orders[_i].refuse_commit);
	note_state("end");
	ck_assert_str_eq(watcher.trace, orders[_i].trace);
	state_close(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("batch");
	TCase *c = check_case(s, "bounds"), *o = scratch_case(s, "order");

	tcase_add_checked_fixture(c, NULL, leave);
	tcase_add_checked_fixture(o, NULL, leave);
	LOOP_OVER(c, a_batch_is_full_at_its_limit_of_messages_or_bytes, batches);
	tcase_add_test(c, the_limit_of_messages_doubles_with_each_batch_up_to_1024);
	tcase_add_test(c, a_batch_is_full_when_its_time_is_up);
	tcase_add_test(c, the_time_of_a_batch_starts_with_its_first_message);
	tcase_add_test(c, a_large_batch_keeps_its_messages_in_order);
	LOOP_OVER(o, a_message_is_recorded_only_after_it_is_in_place, orders);
	return scratch_main_apart(s);
}
