#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_options.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "policy/header.h"
#include "policy/marks.h"
#include "scratch.h"
#include "state/record.h"
#include "state/state.h"
#include "verify/rebuild.h"
#include "verify/verify.h"

/* A destination whose content the test sets. It changes during the first `changes` reads. */
static const char *const *in_place;
static int changes, reads;
static char verdicts[64]; /* a letter for each finding, such as m, a, l (leftover) */

static bool read_place(const struct destination_settings *settings, struct archive_reader *reader, struct error *error)
{
	(void)error;
	reads++;
	for (const char *const *text = in_place; *text; text++) {
		const struct archive_message m = {.path = settings->path, .identity = "", .octets = strlen(*text)};

		reader->octets(reader->context, *text, strlen(*text));
		reader->message(reader->context, &m);
	}
	reader->changed = changes-- > 0;
	return true;
}

static const struct destination_ops place = {.scheme = "mbox", .read = read_place};

static void note_verdict(void *context, const struct verify_finding *f)
{
	(void)context;
	verdicts[strlen(verdicts)] = "mauicvwlr"[f->verdict];
}

static void deliver(struct state *state, const char *uid, const char *text, int64_t when)
{
	struct state_record r = {.uid = uid, .octets = strlen(text), .delivered = when};
	struct header_identity header;
	struct marks marks;
	struct error err;

	marks_start(&marks);
	marks_add(&marks, text, strlen(text));
	r.marked = marks_end(&marks, r.sha256, r.bare);
	header_start(&header);
	header_add(&header, text, strlen(text));
	(void)header_end(&header, r.header);
	ck_assert_msg(state_add(state, &r, &err), "%s", err.cause);
}

static bool verify(const char *const *delivered, const char *const *found, struct verify_summary *summary,
    struct error *err)
{
	const struct verify_request request = {.state_dir = scratch_path("state"), .report = note_verdict};
	struct account account;
	struct state *state;
	char uid[] = "a";
	bool ok;

	account_init(&account, "work");
	account.delivery.to.ops = &place;
	account.delivery.to.path = memory_copy_string(scratch_path(""));
	ck_assert_msg(state_open(&state, request.state_dir, "work", STATE_WRITE, err), "%s", err->cause);
	for (int64_t when = 100; *delivered; delivered++, uid[0]++)
		deliver(state, uid, *delivered, when--);
	ck_assert(state_commit(state, err));
	state_close(&state);
	memset(verdicts, 0, sizeof(verdicts));
	in_place = found;
	ok = verify_account(&account, &request, summary, err);
	account_free(&account);
	return ok;
}

#define LIST(...)                                                                                                      \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

static const char one[] = "A: 1\n\nx\n", two[] = "A: 2\n\nx\n", one_altered[] = "A: 1\n\ny\n",
		  one_read[] = "A: 1\nStatus: RO\n\nx\n";

START_TEST(each_copy_accounts_for_one_message)
{
	struct verify_summary s;
	struct error err;

	ck_assert(verify(LIST(one, one, two, two), LIST(one, two, two, two), &s, &err));
	ck_assert_uint_eq(s.whole, 3);
	ck_assert_str_eq(verdicts, "m");
}
END_TEST

START_TEST(an_unchanged_copy_is_preferred_to_a_changed_one)
{
	struct verify_summary s;
	struct error err;

	ck_assert(verify(LIST(one, one, two), LIST(one_altered, one_read, one, two), &s, &err));
	ck_assert_uint_eq(s.whole, 3);
	ck_assert_uint_eq(s.marked, 1);
	ck_assert_str_eq(verdicts, "l");
}
END_TEST

/* Mail that came from another mail store, and what readers make of it. */
static const struct {
	const char *delivered, *found;
} stored[] = {
    {"Status: O\nA: 1\n\nx\n", "A: 1\nStatus: RO\nX-Status: A\n\nx\n"},
    {"A: 1\nContent-Length: 0\nLines: 9\n\nx\n", "A: 1\nContent-Length: 2\nLines: 1\n\nx\n"},
    {"A: 1\nX-UID: 7\n\nx\n", "X-IMAPbase: 1 2\n folded\nA: 1\nX-UID: 1\n\nx\n"},
    {"A: 1\nX-Keywords: old\n new\n\nx\n", "A: 1\n\nx\n"},
};

START_TEST(fields_that_mail_programs_write_may_differ_from_those_that_came)
{
	struct verify_summary s;
	struct error err;

	ck_assert(verify(LIST(stored[_i].delivered), LIST(stored[_i].found), &s, &err));
	ck_assert_str_eq(verdicts, "");
	ck_assert_uint_eq(s.whole, 1);
	ck_assert_uint_eq(s.marked, 1);
	ck_assert(verify(LIST(stored[_i].delivered), LIST(stored[_i].delivered), &s, &err));
	ck_assert_uint_eq(s.marked, 0);
}
END_TEST

START_TEST(findings_are_reported_in_order_of_delivery)
{
	struct verify_summary s;
	struct error err;

	ck_assert(verify(LIST(one, two), LIST(one_altered), &s, &err));
	ck_assert_str_eq(verdicts, "ma");
}
END_TEST

START_TEST(a_changing_destination_is_read_again)
{
	struct verify_summary s;
	struct error err;

	changes = 3;
	ck_assert(verify(LIST(one, two), LIST(one), &s, &err));
	ck_assert_int_eq(reads, 4);
	ck_assert_str_eq(verdicts, "m");
}
END_TEST

START_TEST(a_changing_destination_is_not_read_again_if_all_messages_are_found)
{
	struct verify_summary s;
	struct error err;

	changes = 100;
	ck_assert(verify(LIST(one), LIST(one, two), &s, &err));
	ck_assert_int_eq(reads, 1);
}
END_TEST

START_TEST(a_constantly_changing_destination_is_reported_as_locked)
{
	struct verify_summary s;
	struct error err;

	changes = 100;
	ck_assert(!verify(LIST(one, two), LIST(one), &s, &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	ck_assert_str_eq(verdicts, "");
}
END_TEST

/* Makes the state of another account from the messages in the destination. */
static bool rebuild(const char *const *found, uint64_t *count, struct error *err)
{
	struct account account;
	bool ok;

	account_init(&account, "home");
	account.delivery.to.ops = &place;
	account.delivery.to.path = memory_copy_string(scratch_path(""));
	in_place = found;
	ok = rebuild_account(&account, scratch_path("state"), count, err);
	account_free(&account);
	return ok;
}

START_TEST(a_state_is_rebuilt_once_the_destination_stops_changing)
{
	struct error err;
	uint64_t count;

	changes = 2;
	ck_assert_msg(rebuild(LIST(one, one, two), &count, &err), "%s", err.cause);
	ck_assert_int_eq(reads, 3);
	ck_assert_uint_eq(count, 3);
	ck_assert(!rebuild(LIST(one), &count, &err));
	ck_assert_ptr_nonnull(strstr(err.cause, "records 3 messages"));
}
END_TEST

START_TEST(a_state_is_not_rebuilt_while_the_destination_changes)
{
	struct error err;
	uint64_t count;

	changes = 100;
	ck_assert(!rebuild(LIST(one), &count, &err));
	ck_assert_int_eq(err.kind, ERROR_LOCKED);
	changes = 0;
	ck_assert(rebuild(LIST(one), &count, &err));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("verify");
	TCase *t = scratch_case(s, "verify");

	tcase_add_test(t, each_copy_accounts_for_one_message);
	tcase_add_test(t, an_unchanged_copy_is_preferred_to_a_changed_one);
	tcase_add_loop_test(t, fields_that_mail_programs_write_may_differ_from_those_that_came, 0,
	    sizeof(stored) / sizeof(stored[0]));
	tcase_add_test(t, findings_are_reported_in_order_of_delivery);
	tcase_add_test(t, a_changing_destination_is_read_again);
	tcase_add_test(t, a_changing_destination_is_not_read_again_if_all_messages_are_found);
	tcase_add_test(t, a_constantly_changing_destination_is_reported_as_locked);
	tcase_add_test(t, a_state_is_rebuilt_once_the_destination_stops_changing);
	tcase_add_test(t, a_state_is_not_rebuilt_while_the_destination_changes);
	return scratch_main_apart(s);
}
