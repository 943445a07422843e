#include "config.h"

#include <string.h>

#include "check_main.h"
#include "one_state.h"
#include "scratch.h"

enum { DAY = 86400 };

/* Notes a listing of UIDs of one letter each; gives how many messages are missing. */
static size_t note(const char *letters, int64_t now)
{
	char uids[26][2];
	struct state_item items[26];
	size_t count = strlen(letters), missing;

	for (size_t i = 0; i < count; i++) {
		uids[i][0] = letters[i];
		uids[i][1] = '\0';
		items[i] = (struct state_item){.uid = uids[i]};
	}
	ck_assert_msg(state_note_listing(s, items, count, now, &missing, &err) && state_commit(s, &err), "%s", err.cause);
	return missing;
}

START_TEST(a_listing_changes_what_is_listed_and_what_is_missing)
{
	record("a", 1);
	record("b", 1);
	record("c", 1);
	ck_assert_uint_eq(note("abc", 10), 0);
	ck_assert_uint_eq(note("abcd", 20), 0); /* what is new is not known */
	ck_assert_uint_eq(note("b", 30), 2);
	ck_assert_uint_eq(note("b", 40), 2);
	ck_assert_uint_eq(note("ab", 50), 1); /* back again */
	ck_assert_uint_eq(note("z", 70), 3);
	reopen();
	ck_assert_uint_eq(note("z", 80), 3);
	ck_assert_str_eq(knows("a"), "k"); /* gone is not forgotten */
	ck_assert_str_eq(knows("c"), "k");
}
END_TEST

START_TEST(a_message_is_missing_for_30_days)
{
	record("a", 1);
	ck_assert_uint_eq(note("z", 1000), 1);
	ck_assert_uint_eq(note("z", 1000 + 30 * DAY), 1);
	ck_assert_uint_eq(note("z", 1000 + 30 * DAY + 1), 0);
	ck_assert_uint_eq(note("az", 1000 + 31 * DAY), 0);
	ck_assert_uint_eq(note("z", 1000 + 32 * DAY), 1); /* counted anew */
}
END_TEST

START_TEST(an_empty_listing_is_not_believed)
{
	record("a", 1);
	ck_assert_uint_eq(note("", 10), 0);
	ck_assert_uint_eq(note("", 10 + (int64_t)1000 * DAY), 0);
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_uint_eq(note("z", 20), 1); /* it was not gone before */
}
END_TEST

START_TEST(a_message_is_forgotten_only_400_days_after_it_was_gone)
{
	record("a", 1);
	record("b", 1);
	record("c", 1);
	note("bc", 1000);
	note("c", 1000 + DAY);
	note("c", 1000 + 400 * DAY);
	ck_assert_str_eq(knows("a"), "k");
	note("c", 1000 + 400 * DAY + 1);
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("b"), "k");
	ck_assert_str_eq(knows("c"), "k"); /* delivered as long ago, but listed */
	note("c", 1000 + 401 * DAY + 1);
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_str_eq(knows("c"), "k");
}
END_TEST

START_TEST(a_message_that_comes_back_is_counted_anew)
{
	record("a", 1);
	note("z", 1000);
	note("a", 1000 + 399 * DAY);
	note("z", 1000 + 400 * DAY);
	note("z", 1000 + 790 * DAY);
	ck_assert_str_eq(knows("a"), "k");
}
END_TEST

START_TEST(a_message_that_we_have_deleted_is_not_missing)
{
	record("a", 1);
	record("b", 1);
	ck_assert(state_mark_deleted(s, "a", 10, &err));
	ck_assert(state_mark_deleted(s, "unknown", 10, &err));
	ck_assert(state_commit(s, &err));
	ck_assert_uint_eq(note("b", 20), 0);
	ck_assert_uint_eq(note("ab", 30), 0);
	ck_assert_uint_eq(note("b", 40), 1); /* the server had kept it, so somebody else did it */
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_str_eq(knows("unknown"), "-");
}
END_TEST

static bool take(unsigned char header, const char *uid, int64_t *delivered)
{
	unsigned char wanted[DIGEST_SIZE];
	bool found;

	memset(wanted, header, DIGEST_SIZE);
	ck_assert_msg(state_take_renumbered(s, wanted, uid, delivered, &found, &err), "%s", err.cause);
	return found;
}

START_TEST(a_message_that_got_a_new_uid_is_known_by_its_header)
{
	int64_t delivered = 0;

	ck_assert(add("a", 100, 7) && add("b", 200, 8) && add("c", 300, 9) && state_commit(s, &err));
	note("cxy", 1000);
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert(!take(7, "y", &delivered)); /* each is found once */
	ck_assert(!take(9, "y", &delivered)); /* it is listed under its old UID */
	ck_assert(!take(99, "y", &delivered));
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("x"), "k");
	ck_assert_str_eq(knows("b"), "k");
	ck_assert_uint_eq(note("cx", 1001), 1); /* b; x is not missing */
}
END_TEST

/* Enters a maildrop; commits. */
static enum state_origin enter_maildrop(const char *server, unsigned port, const char *user)
{
	enum state_origin origin;

	ck_assert_msg(state_enter_maildrop(s, &(struct state_maildrop){server, port, user}, 500, &origin, &err) &&
		state_commit(s, &err), "%s", err.cause);
	return origin;
}

START_TEST(the_same_maildrop_is_recognised)
{
	ck_assert_int_eq(enter_maildrop("mail.example.org", 995, "me"), STATE_MAILDROP_FIRST);
	record("a", 1);
	ck_assert_int_eq(enter_maildrop("mail.example.org", 995, "me"), STATE_MAILDROP_SAME);
	ck_assert_int_eq(enter_maildrop("Mail.Example.ORG", 995, "me"), STATE_MAILDROP_SAME);
	ck_assert_str_eq(knows("a"), "k");
}
END_TEST

static const struct state_maildrop others[] = {
    {"mail.example.com", 995, "me"},
    {"mail.example.org", 1995, "me"},
    {"mail.example.org", 995, "Me"},
};

START_TEST(in_another_maildrop_no_uid_is_known_but_headers_are)
{
	const struct state_maildrop *other = &others[_i];
	int64_t delivered = 0;

	enter_maildrop("mail.example.org", 995, "me");
	ck_assert(add("a", 100, 7) && add("b", 200, 8) && state_mark_deleted(s, "b", 300, &err));
	ck_assert(state_add_told(s, "t", 1, &err) && state_commit(s, &err));
	ck_assert_int_eq(enter_maildrop(other->server, other->port, other->user), STATE_MAILDROP_OTHER);
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_str_eq(knows("t"), "-");
	ck_assert_uint_eq(note("ba", 600), 2);
	ck_assert(take(8, "a", &delivered)); /* under a UID that was another message's */
	ck_assert_int_eq(delivered, 200);
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_str_eq(knows("b"), "-");
	/* And back again: UIDs of every maildrop are kept apart. */
	ck_assert_int_eq(enter_maildrop("mail.example.org", 995, "me"), STATE_MAILDROP_OTHER);
	ck_assert_str_eq(knows("a"), "-");
	ck_assert(take(7, "a", &delivered) && take(8, "b", &delivered));
	ck_assert_int_eq(enter_maildrop(other->server, other->port, other->user), STATE_MAILDROP_OTHER);
	ck_assert(take(8, "b", &delivered) && take(7, "a", &delivered));
}
END_TEST

START_TEST(a_change_of_the_maildrop_that_is_not_committed_did_not_happen)
{
	enum state_origin origin;

	enter_maildrop("mail.example.org", 995, "me");
	record("a", 1);
	ck_assert(state_enter_maildrop(s, &others[0], 500, &origin, &err));
	ck_assert_int_eq(origin, STATE_MAILDROP_OTHER);
	state_rollback(s);
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_int_eq(enter_maildrop("mail.example.org", 995, "me"), STATE_MAILDROP_SAME);
}
END_TEST

START_TEST(messages_with_the_same_header_are_taken_one_by_one)
{
	int64_t delivered = 0;

	ck_assert(add("a", 100, 7) && add("b", 200, 7) && state_commit(s, &err));
	note("xyz", 1000);
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert(take(7, "y", &delivered));
	ck_assert_int_eq(delivered, 200);
	ck_assert(!take(7, "z", &delivered));
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("z"), "-");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("state-listing");
	TCase *l = scratch_case(suite, "listings"), *m = scratch_case(suite, "maildrops");

	tcase_add_checked_fixture(l, enter, leave);
	tcase_add_checked_fixture(m, enter, leave);
	tcase_add_test(l, a_listing_changes_what_is_listed_and_what_is_missing);
	tcase_add_test(l, a_message_is_missing_for_30_days);
	tcase_add_test(l, an_empty_listing_is_not_believed);
	tcase_add_test(l, a_message_is_forgotten_only_400_days_after_it_was_gone);
	tcase_add_test(l, a_message_that_comes_back_is_counted_anew);
	tcase_add_test(l, a_message_that_we_have_deleted_is_not_missing);
	tcase_add_test(l, a_message_that_got_a_new_uid_is_known_by_its_header);
	tcase_add_test(m, the_same_maildrop_is_recognised);
	tcase_add_loop_test(m, in_another_maildrop_no_uid_is_known_but_headers_are, 0, sizeof(others) / sizeof(others[0]));
	tcase_add_test(m, a_change_of_the_maildrop_that_is_not_committed_did_not_happen);
	tcase_add_test(l, messages_with_the_same_header_are_taken_one_by_one);
	return scratch_main(suite);
}
