#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/uid.h"
#include "check_main.h"
#include "one_state.h"
#include "state/archive.h"
#include "scratch.h"

enum { DAY = 86400 };

/* Notes a listing of confirmed UIDs of one letter each. Returns how many messages are missing. */
static size_t note(const char *letters, int64_t now)
{
	char uids[26][2];
	struct state_item items[26];
	struct state_joined look = {.now = now};
	struct state_rows *ahead = NULL;
	size_t count = strlen(letters), missing;
	bool same;

	for (size_t i = 0; i < count; i++) {
		uids[i][0] = letters[i];
		uids[i][1] = '\0';
		items[i] = (struct state_item){.uid = uids[i], .octets = 6};
	}
	ck_assert_msg(state_read_ahead(s, SIZE_MAX, &ahead, &err), "%s", err.cause);
	look.ahead = ahead;
	ck_assert_msg(state_join(s, items, count, &look, &err), "%s", err.cause);
	state_rows_free(&ahead);
	ck_assert_msg(state_note_listing(s, items, count, now, &look, &missing, &err), "%s", err.cause);
	for (size_t i = 0; i < count; i++) {
		if (items[i].doubtful)
			ck_assert(state_confirm(s, items[i].uid, 6, NULL, &same, &err));
	}
	ck_assert_msg(state_commit(s, &err), "%s", err.cause);
	return missing;
}

START_TEST(a_listing_updates_the_listed_and_the_missing_messages)
{
	record("a", 1);
	record("b", 1);
	record("c", 1);
	ck_assert_uint_eq(note("abc", 10), 0);
	ck_assert_uint_eq(note("abcd", 20), 0); /* a new message is not known */
	ck_assert_uint_eq(note("b", 30), 2);
	ck_assert_uint_eq(note("b", 40), 2);
	ck_assert_uint_eq(note("ab", 50), 1); /* it is back */
	ck_assert_uint_eq(note("z", 70), 3);
	reopen();
	ck_assert_uint_eq(note("z", 80), 3);
	ck_assert_str_eq(knows("a"), "?"); /* missing is not forgotten */
	ck_assert_str_eq(knows("c"), "?");
}
END_TEST

START_TEST(a_message_counts_as_missing_for_30_days)
{
	record("a", 1);
	ck_assert_uint_eq(note("z", 1000), 1);
	ck_assert_uint_eq(note("z", 1000 + 30 * DAY), 1);
	ck_assert_uint_eq(note("z", 1000 + 30 * DAY + 1), 0);
	ck_assert_uint_eq(note("az", 1000 + 31 * DAY), 0);
	ck_assert_uint_eq(note("z", 1000 + 32 * DAY), 1); /* the time is counted from the start again */
}
END_TEST

START_TEST(notes_on_an_undelivered_message_are_dropped_once_it_is_unlisted)
{
	int64_t kinds[] = {STATE_UNFETCHED_LARGE, STATE_UNFETCHED_OUTGREW, STATE_UNFETCHED_BROKE};
	struct state_item item = {.uid = "b", .octets = 6};

	record("a", 1);
	ck_assert(state_note_unfetched(s, "b", (enum state_unfetched)kinds[_i], 77, 5, &err) && state_commit(s, &err));
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert_int_eq(item.unfetched, kinds[_i]);
	ck_assert_uint_eq(item.unfetched_octets, 77);
	(void)note("ab", 10);
	ck_assert_str_eq(knows("b"), "t");
	(void)note("", 20); /* an empty listing is ignored */
	ck_assert_str_eq(knows("b"), "t");
	(void)note("a", 30);
	ck_assert_str_eq(knows("b"), "-");
}
END_TEST

START_TEST(a_message_that_quit_may_have_deleted_is_doubtful_until_its_header_is_compared)
{
	struct state_item item = {.uid = "a", .octets = 6};
	struct state_joined joined = {.now = 20};
	size_t missing;
	bool same;

	record("a", 1);
	ck_assert(state_mark_deleted(s, "a", false, 10, &err) && state_commit(s, &err));
	ck_assert(state_join(s, &item, 1, &joined, &err) && !joined.differs);
	ck_assert(state_note_listing(s, &item, 1, 20, _i ? &joined : NULL, &missing, &err) && state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "??");
	ck_assert(state_confirm(s, "a", 6, NULL, &same, &err) && same);
	ck_assert_str_eq(knows("a"), "k");
}
END_TEST

static bool found_new(uint64_t octets)
{
	struct state_item item = {.uid = "b", .octets = octets};

	ck_assert_msg(state_join(s, &item, 1, NULL, &err), "%s", err.cause);
	return item.found_new;
}

START_TEST(a_message_found_new_stays_new_while_it_is_listed)
{
	record("a", 1);
	ck_assert(!found_new(6));
	ck_assert(state_note_new(s, "b", 6, 5, &err) && state_commit(s, &err));
	ck_assert(found_new(6) && !found_new(7));
	ck_assert(state_note_unfetched(s, "b", STATE_UNFETCHED_BROKE, 77, 6, &err) && found_new(6));
	ck_assert(state_forget_breaks(s, 77, &err) && found_new(6));
	ck_assert_str_eq(knows("b"), "-"); /* only the failure is forgotten */
	(void)note("a", 30);
	ck_assert(!found_new(6));
}
END_TEST

START_TEST(a_deletion_counts_as_recent_until_a_later_run_ends)
{
	const unsigned char header[DIGEST_SHORT] = {0};
	struct state_comparison sight;

	record("a", 1);
	record("b", 1);
	ck_assert(state_compare_uid(s, "a", header, NULL, 6, &sight, &err) && !sight.deleted && !sight.lately);
	ck_assert(state_mark_deleted(s, "a", true, 10, &err) && state_mark_deleted(s, "b", false, 10, &err));
	ck_assert(state_end_run(s, 10, &err));
	reopen();
	ck_assert(state_compare_uid(s, "a", header, NULL, 6, &sight, &err) && sight.deleted && sight.lately);
	ck_assert(state_compare_uid(s, "b", header, NULL, 6, &sight, &err) && !sight.deleted && !sight.lately);
	ck_assert(state_end_run(s, 20, &err)); /* it has changed nothing */
	reopen();
	ck_assert(state_compare_uid(s, "a", header, NULL, 6, &sight, &err) && sight.deleted && !sight.lately);
}
END_TEST

/* Adds a record for each letter, all with the same header, and with its digest. */
static void record_alike(const char *letters)
{
	for (unsigned i = 0; letters[i]; i++) {
		char uid[8];
		struct state_record r = {.uid = uid, .octets = 5, .wire = 6, .listed = 6, .delivered = 1};

		snprintf(uid, sizeof(uid), "m%03u", i % 1000);
		memset(r.sha256, letters[i], DIGEST_SIZE);
		memset(r.header, 2, DIGEST_SHORT);
		ck_assert(state_add(s, &r, &err));
	}
	ck_assert(state_commit(s, &err));
}

/* Looks for a message with these digests. */
static bool takes_marked(char whole, char bare, const char *uid)
{
	unsigned char header[DIGEST_SHORT];
	struct state_digests digests;
	struct state_comparison sight;
	struct state_match match;

	memset(header, 2, sizeof(header));
	memset(digests.whole, whole, sizeof(digests.whole));
	memset(digests.bare, bare, sizeof(digests.bare));
	ck_assert(state_compare_header(s, header, &digests, 99, 20, &sight, &err));
	ck_assert(state_take_identical(s, header, &digests, 99, 20, uid, &match, &err));
	ck_assert(sight.identical == match.found);
	return match.found;
}

static bool takes(char letter, const char *uid)
{
	return takes_marked(letter, letter, uid);
}

START_TEST(a_missing_message_is_recognized_by_its_digest_and_only_once)
{
	struct state_item item = {.uid = "new", .octets = 99};

	record_alike("xxy");
	ck_assert(!takes('x', "new")); /* both are listed */
	ck_assert_uint_eq(note("z", 10), 3);
	ck_assert(!takes('n', "none"));
	ck_assert(takes('x', "new") && takes('x', "newer") && !takes('x', "newest"));
	ck_assert(takes('y', "last") && !takes('y', "newest"));
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.known); /* with its current size */
}
END_TEST

START_TEST(fields_of_mail_programs_do_not_keep_a_missing_message_from_being_recognized)
{
	struct state_record r = {.uid = "marked", .octets = 5, .wire = 6, .listed = 6, .delivered = 1, .marked = true};

	memset(r.sha256, 'm', DIGEST_SIZE);
	memset(r.bare, 'b', DIGEST_SIZE);
	memset(r.header, 2, DIGEST_SHORT);
	ck_assert(state_add(s, &r, &err));
	record_alike("x");
	ck_assert_uint_eq(note("z", 10), 2);
	ck_assert(!takes_marked('n', 'm', "none"));
	ck_assert(takes_marked('n', 'b', "first") && !takes_marked('n', 'b', "second"));
	ck_assert(takes_marked('n', 'x', "third"));
}
END_TEST

START_TEST(many_messages_with_one_header_do_not_hide_the_identical_one)
{
	char letters[151] = {0};

	memset(letters, 'x', 149);
	letters[149] = 'y';
	record_alike(letters);
	ck_assert_uint_eq(note("z", 10), 150);
	ck_assert(takes('y', "new") && !takes('y', "newer"));
}
END_TEST

/* Returns whether a message is known when listed with another size. */
static bool is_known(const char *uid, uint64_t octets)
{
	struct state_item item = {.uid = uid, .octets = octets};

	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(!item.doubt || item.known);
	return item.known || item.doubtful;
}

static void append_uid(void *context, const char *maildrop, const char *uid, const char *identity)
{
	ck_assert(!maildrop && !identity[0]);
	strcat(context, uid);
}

/* Either kind of doubt about its size. */
START_TEST(a_doubtful_message_is_a_different_one_if_its_size_changes)
{
	struct state_record r = {.uid = "d",
	    .octets = 3,
	    .wire = 4,
	    .listed = 6,
	    .said = 9,
	    .doubt = _i ? STATE_DOUBT_CONTENT : STATE_DOUBT_SIZE,
	    .delivered = 1};
	char uids[8] = "";
	struct state_record back = {0};
	struct state_item item = {.uid = "d", .octets = 6};
	bool found;

	record("a", 1);
	ck_assert(state_add(s, &r, &err) && state_commit(s, &err));
	reopen();
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.known && item.doubt);
	ck_assert(is_known("d", 6) && is_known("a", 6) && is_known("a", 7));
	ck_assert(!is_known("d", 7));
	/* So another copy may be in the destination, and recovery must not take that for this one. */
	ck_assert(state_each_placed(s, append_uid, uids, &err));
	ck_assert_str_eq(uids, "a");
	ck_assert(state_get_doubt(s, "a", &back, &found, &err) && !found);
	ck_assert(state_get_doubt(s, "d", &back, &found, &err) && found);
	ck_assert(back.octets == 3 && back.wire == 4 && back.listed == 6 && back.said == 9);
	ck_assert(state_set_doubt(s, "d", STATE_SURE, &err) && state_get_doubt(s, "d", &back, &found, &err) && !found);
	ck_assert(is_known("d", 7));
}
END_TEST

/* What verify has retrieved again, and what was found in the destination with a size that is not the server's. */
START_TEST(a_message_to_be_retried_is_outdated_whatever_its_size)
{
	static const enum state_doubt before[] = {STATE_DOUBT_SIZE, STATE_DOUBT_CONTENT, STATE_SURE};
	const struct state_record r = {.uid = "d", .octets = 3, .wire = 4, .listed = 6, .doubt = before[_i]};
	const struct state_record again = {.uid = "d", .wire = 5, .listed = 6, .said = 5, .doubt = STATE_SURE};
	bool is_found = before[_i] == STATE_SURE, found;
	struct state_item item = {.uid = "d", .octets = 6};
	struct state_record back = {0};
	char uids[8] = "";
	int64_t count;

	ck_assert(state_add(s, &r, &err) && state_retry(s, "d", &err) && state_commit(s, &err));
	reopen();
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.outdated && !item.known && !item.doubtful);
	ck_assert(state_get_doubt(s, "d", &back, &found, &err) && found);
	ck_assert_int_eq(back.doubt, is_found ? STATE_DOUBT_FOUND : before[_i]);
	ck_assert(back.listed == STATE_UNSIZED && state_is_held(back.doubt));
	ck_assert(state_each_placed(s, append_uid, uids, &err));
	ck_assert_str_eq(uids, "");
	/* A message that was found is not one that the user wants again. */
	ck_assert(state_count_retries(s, &count, &err));
	ck_assert_int_eq(count, !is_found);
	ck_assert(state_set_retried(s, &again, &err) && state_count_retries(s, &count, &err) && count == 0);
	ck_assert(is_known("d", 6));
}
END_TEST

START_TEST(a_message_that_is_gone_is_no_longer_retried)
{
	const struct state_record r = {.uid = "d", .octets = 3, .wire = 4, .listed = 6, .doubt = STATE_DOUBT_SIZE};
	struct state_item other = {.uid = "e", .octets = 6};
	size_t missing;
	int64_t count;

	ck_assert(state_add(s, &r, &err) && state_retry(s, "d", &err) && state_forget_retries(s, &err));
	ck_assert(state_count_retries(s, &count, &err) && count == 1);
	ck_assert(state_note_listing(s, &other, 1, 9, NULL, &missing, &err) && state_forget_retries(s, &err));
	ck_assert(state_count_retries(s, &count, &err) && count == 0);
}
END_TEST

static void count_sizes(void *context, const struct state_record *record)
{
	*(uint64_t *)context += record->listed;
}

START_TEST(the_sizes_of_a_maildrop_are_returned_latest_first)
{
	struct state_record found = {.wire = 1000, .listed = 1000, .delivered = 9};
	uint64_t sum = 0;

	record("a", 1);
	record("b", 2);
	ck_assert(state_add_found(s, "0123", &found, 9, &err) && state_commit(s, &err));
	ck_assert(state_each_size(s, 500, count_sizes, &sum, &err));
	ck_assert_uint_eq(sum, 12); /* messages found in the destination were not listed */
	sum = 0;
	ck_assert(state_each_size(s, 1, count_sizes, &sum, &err));
	ck_assert_uint_eq(sum, 6);
}
END_TEST

START_TEST(the_time_without_pipelining_is_stored_per_maildrop)
{
	const struct state_maildrop here = {"mail.example.org", 995, "me"}, there = {"mail.example.com", 995, "me"};
	enum state_origin origin;
	int64_t until = 1;

	ck_assert(state_get_unpipelined(s, &here, &until, &err));
	ck_assert_int_eq(until, 0);
	ck_assert(state_enter_maildrop(s, &here, 10, &origin, &err) && state_set_unpipelined(s, 77, &err) &&
	    state_commit(s, &err));
	ck_assert(state_get_unpipelined(s, &here, &until, &err));
	ck_assert_int_eq(until, 77);
	ck_assert(state_get_unpipelined(s, &there, &until, &err));
	ck_assert_int_eq(until, 0);
}
END_TEST

START_TEST(an_empty_listing_is_ignored)
{
	record("a", 1);
	ck_assert_uint_eq(note("", 10), 0);
	ck_assert_uint_eq(note("", 10 + (int64_t)1000 * DAY), 0);
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_uint_eq(note("z", 20), 1); /* it was not missing before */
}
END_TEST

static void end_run(int64_t now)
{
	ck_assert(state_end_run(s, now, &err));
	reopen();
}

START_TEST(a_message_is_forgotten_only_400_days_after_it_disappeared)
{
	record("a", 1);
	record("b", 1);
	record("c", 1);
	note("bc", 1000);
	note("c", 1000 + DAY);
	note("c", 1000 + 400 * DAY);
	ck_assert_str_eq(knows("a"), "?");
	note("c", 1000 + 400 * DAY + 1);
	ck_assert_str_eq(knows("a"), "?"); /* a clock may be wrong once */
	end_run(1000 + 400 * DAY + 1);
	note("c", 1000 + 400 * DAY + 1);
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("b"), "?");
	ck_assert_str_eq(knows("c"), "k"); /* delivered equally long ago, but listed */
	end_run(1000 + 401 * DAY + 1);
	note("c", 1000 + 401 * DAY + 1);
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_str_eq(knows("c"), "k");
}
END_TEST

START_TEST(a_message_that_reappears_restarts_the_400_days)
{
	record("a", 1);
	note("z", 1000);
	note("a", 1000 + 399 * DAY);
	note("z", 1000 + 400 * DAY);
	note("z", 1000 + 790 * DAY);
	ck_assert_str_eq(knows("a"), "?");
}
END_TEST

START_TEST(a_message_deleted_by_us_is_not_missing)
{
	record("a", 1);
	record("b", 1);
	ck_assert(state_mark_deleted(s, "a", true, 10, &err));
	ck_assert(state_mark_deleted(s, "unknown", true, 10, &err));
	ck_assert(state_commit(s, &err));
	ck_assert_uint_eq(note("b", 20), 0);
	ck_assert_uint_eq(note("ab", 30), 0);
	ck_assert_uint_eq(note("b", 40), 1); /* the server had kept it, so another client deleted it */
	ck_assert_str_eq(knows("a"), "?");
	ck_assert_str_eq(knows("unknown"), "-");
}
END_TEST

/* Takes a message with this header and size, at second 1000. */
static bool take_sized(unsigned char header, uint64_t octets, const char *uid, int64_t *delivered)
{
	unsigned char wanted[DIGEST_SHORT];
	struct state_match match;

	memset(wanted, header, DIGEST_SHORT);
	ck_assert_msg(state_take_renumbered(s, wanted, octets, 1000, uid, &match, &err), "%s", err.cause);
	if (match.found)
		*delivered = match.delivered;
	return match.found;
}

static bool take(unsigned char header, const char *uid, int64_t *delivered)
{
	return take_sized(header, 6, uid, delivered);
}

START_TEST(a_message_of_doubtful_identity_stays_doubtful_until_its_header_is_seen)
{
	struct state_record r =
	    {.uid = "d", .octets = 5, .wire = 6, .listed = 6, .doubt = STATE_DOUBT_IDENTITY, .delivered = 1};
	int64_t delivered = 0;
	bool same;

	memset(r.header, 7, DIGEST_SHORT);
	ck_assert(state_add(s, &r, &err) && state_commit(s, &err));
	ck_assert_str_eq(knows("d"), "??"); /* the size proves nothing */
	if (_i == 0) {
		ck_assert(state_confirm(s, "d", 6, r.header, &same, &err) && same);
		ck_assert_str_eq(knows("d"), "k");
	} else {
		/* The UID belongs to another message; this one is listed under another UID. */
		ck_assert(state_displace(s, "d", 10, &err));
		ck_assert_str_eq(knows("d"), "-");
		ck_assert(take(7, "e", &delivered));
		ck_assert_str_eq(knows("e"), "k");
	}
}
END_TEST

START_TEST(a_renumbered_message_is_recognized_by_its_header)
{
	int64_t delivered = 0;

	ck_assert(add("a", 100, 7) && add("b", 200, 8) && add("c", 300, 9) && state_commit(s, &err));
	note("cxy", 1000);
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert(!take(7, "y", &delivered)); /* each message is found only once */
	ck_assert(!take(9, "y", &delivered)); /* it is listed under its old UID */
	ck_assert(!take(99, "y", &delivered));
	ck_assert(!take_sized(8, 3, "y", &delivered)); /* another size means another message */
	ck_assert(!take_sized(8, 7, "y", &delivered));
	ck_assert(take_sized(8, 5, "y", &delivered)); /* some servers count LF for CRLF */
	ck_assert_int_eq(delivered, 200);
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("x"), "k");
	ck_assert_str_eq(knows("y"), "k");
	ck_assert_uint_eq(note("cx", 1001), 1); /* y is missing; x is not */
}
END_TEST

/* Enters a maildrop, and commits. */
static enum state_origin enter_maildrop(const char *server, unsigned port, const char *user)
{
	enum state_origin origin;

	ck_assert_msg(state_enter_maildrop(s, &(struct state_maildrop){server, port, user}, 500, &origin, &err) &&
		state_commit(s, &err),
	    "%s", err.cause);
	return origin;
}

START_TEST(the_same_maildrop_is_recognized)
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

START_TEST(another_maildrop_recognizes_headers_but_no_uids)
{
	const struct state_maildrop *other = &others[_i];
	int64_t delivered = 0;

	enter_maildrop("mail.example.org", 995, "me");
	ck_assert(
	    add("a", 100, 7) && add("b", 200, 8) && add("d", 300, 9) && state_mark_deleted(s, "d", true, 300, &err));
	ck_assert(state_note_unfetched(s, "t", STATE_UNFETCHED_LARGE, 0, 1, &err) && state_commit(s, &err));
	ck_assert_int_eq(enter_maildrop(other->server, other->port, other->user), STATE_MAILDROP_OTHER);
	ck_assert_str_eq(knows("a"), "-");
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_str_eq(knows("t"), "-");
	ck_assert_uint_eq(note("ba", 600), 2);
	ck_assert(!take(9, "x", &delivered)); /* a message that we deleted is not found */
	ck_assert(take(8, "a", &delivered));  /* under a UID that belonged to another message */
	ck_assert_int_eq(delivered, 200);
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "k");
	ck_assert_str_eq(knows("b"), "-");
	/* Back in the first maildrop: the UIDs of each maildrop are separate. */
	ck_assert_int_eq(enter_maildrop("mail.example.org", 995, "me"), STATE_MAILDROP_BACK);
	ck_assert_str_eq(knows("a"), "?"); /* it was not found in the other maildrop */
	ck_assert_str_eq(knows("b"), "-");
	ck_assert_int_eq(enter_maildrop(other->server, other->port, other->user), STATE_MAILDROP_BACK);
	ck_assert_str_eq(knows("a"), "?");
	ck_assert(take(7, "c", &delivered));
	ck_assert_int_eq(delivered, 100);
}
END_TEST

/* Confirms "a" with a header, or without one if it is NULL. */
static bool confirm(const char *uid, const unsigned char *header)
{
	bool same;

	ck_assert_msg(state_confirm(s, uid, 6, header, &same, &err) && state_commit(s, &err), "%s", err.cause);
	return same;
}

START_TEST(a_uid_that_disappeared_or_changed_its_size_is_doubtful)
{
	struct state_item item = {.uid = "a", .octets = 7};
	unsigned char header[DIGEST_SHORT], other[DIGEST_SHORT] = {0};

	memset(header, 2, DIGEST_SHORT);
	record("a", 1);
	record("b", 1);
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.doubtful && item.stayed && !item.likely && !item.known); /* a size may vary */
	note("b", 10);
	item.octets = 8;
	ck_assert(state_join(s, &item, 1, NULL, &err));
	ck_assert(item.doubtful && !item.likely && !item.known);
	ck_assert_str_eq(knows("a"), "?");
	ck_assert(confirm("a", NULL));
	ck_assert_str_eq(knows("a"), "k");
	ck_assert(state_mark_deleted(s, "a", true, 20, &err) && state_commit(s, &err));
	ck_assert_str_eq(knows("a"), "??"); /* a new message is more likely than a failed deletion */
	ck_assert(!confirm("a", other));
	ck_assert_str_eq(knows("a"), "??");
	ck_assert(confirm("a", header));
	ck_assert_str_eq(knows("a"), "k");
	ck_assert(!confirm("unknown", NULL));
}
END_TEST

START_TEST(a_continuously_listed_uid_is_marked_as_stayed_if_its_size_changes)
{
	struct state_item item = {.uid = "a", .octets = 7};

	record("a", 1);
	record("b", 1);
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.doubtful && item.stayed);
	item.octets = 6;
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.known && !item.stayed);
	note("b", 10);
	item.octets = 7;
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.doubtful && !item.stayed); /* it had disappeared */
	ck_assert(confirm("a", NULL));
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.doubtful && item.stayed);
	ck_assert(state_mark_deleted(s, "a", false, 20, &err) && state_commit(s, &err));
	/* another message may have its UID */
	ck_assert(state_join(s, &item, 1, NULL, &err) && item.doubtful && !item.stayed);
}
END_TEST

/* A UID for one session: no listing shows whether QUIT deleted the message, so it is missing. */
START_TEST(a_session_uid_is_missing_if_its_deletion_is_uncertain)
{
	int64_t delivered;

	ck_assert(add(UID_SESSION "1:1", 100, 7) && add(UID_SESSION "1:2", 200, 8) && state_commit(s, &err));
	ck_assert(state_mark_deleted(s, UID_SESSION "1:1", false, 300, &err));
	ck_assert(state_mark_deleted(s, UID_SESSION "1:2", true, 300, &err) && state_commit(s, &err));
	ck_assert_uint_eq(note("z", 400), 1);
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert(!take(8, "y", &delivered));
}
END_TEST

static bool misses(uint64_t octets)
{
	bool any;

	ck_assert_msg(state_misses_size(s, octets, 1000, &any, &err), "%s", err.cause);
	return any;
}

START_TEST(a_size_is_missed_only_if_a_missing_message_has_it)
{
	record("a", 1); /* 5 octets, listed with 6 */
	ck_assert(!misses(6));
	note("z", 500);
	ck_assert(misses(6) && misses(5) && misses(4));
	ck_assert(!misses(7) && !misses(3));
	note("az", 600);
	ck_assert(!misses(6));
	ck_assert(state_mark_deleted(s, "a", true, 700, &err) && state_commit(s, &err));
	ck_assert(!misses(6));
}
END_TEST

START_TEST(the_old_message_of_a_reused_uid_is_found_by_its_header)
{
	int64_t delivered = 0;

	ck_assert(add("a", 100, 7) && state_commit(s, &err));
	ck_assert(state_displace(s, "a", 900, &err));
	ck_assert_str_eq(knows("a"), "-");
	ck_assert(add("a", 950, 8) && state_commit(s, &err));
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert_str_eq(knows("a"), "k");
}
END_TEST

START_TEST(all_former_messages_of_a_uid_are_found_by_their_headers)
{
	int64_t delivered = 0;

	for (unsigned char header = 7; header < 10; header++) {
		ck_assert(add("a", header, header));
		ck_assert(state_displace(s, "a", 900, &err));
	}
	for (unsigned char header = 7; header < 10; header++) {
		ck_assert(take(header, "x", &delivered) && state_displace(s, "x", 900, &err));
		ck_assert_int_eq(delivered, header);
	}
}
END_TEST

START_TEST(the_next_listing_shows_whether_quit_deleted_messages)
{
	record("a", 1);
	record("b", 1);
	ck_assert(state_mark_deleted(s, "a", false, 10, &err) && state_mark_deleted(s, "b", false, 10, &err));
	ck_assert(state_commit(s, &err));
	ck_assert_str_eq(knows("b"), "??"); /* it may have been deleted, and its UID reused */
	ck_assert_uint_eq(note("b", 20), 1);
	ck_assert_str_eq(knows("a"), "??"); /* probably deleted by us */
	ck_assert_str_eq(knows("b"), "k");
	ck_assert_uint_eq(note("z", 30), 2); /* b, deleted by another client */
}
END_TEST

START_TEST(a_message_whose_deletion_is_unconfirmed_is_found_under_a_new_uid)
{
	int64_t delivered = 0;

	ck_assert(add("a", 100, 7) && add("b", 200, 8) && state_commit(s, &err));
	ck_assert(state_mark_deleted(s, "a", false, 900, &err) && state_mark_deleted(s, "b", false, 900, &err));
	ck_assert(state_commit(s, &err));
	ck_assert_uint_eq(note("x", 1000), 2);
	ck_assert(take(7, "x", &delivered));
	ck_assert_int_eq(delivered, 100);
	ck_assert_str_eq(knows("x"), "k");
	ck_assert(!take(9, "y", &delivered));
	ck_assert_uint_eq(note("x", 1000 + 31 * DAY), 0); /* it has not come back, so it was deleted */
}
END_TEST

START_TEST(the_second_of_two_equal_messages_takes_the_place_of_the_first)
{
	struct state_match match;

	record(" header:aa:6", 100);
	record(" header:aa:6#2", 200);
	ck_assert(state_mark_deleted(s, " header:aa:6", true, 10, &err) && state_commit(s, &err));
	note("z", 20);
	ck_assert(state_take_sibling(s, 6, " header:aa:6", &match, &err) && match.found);
	ck_assert_int_eq(match.delivered, 200);
	ck_assert_str_eq(knows(" header:aa:6"), "k");
	ck_assert(state_take_sibling(s, 6, " header:aa:6", &match, &err) && !match.found);
}
END_TEST

START_TEST(a_generated_uid_is_recognized_unless_we_deleted_its_message)
{
	struct state_item item = {.uid = " header:aa:6", .octets = 6};
	size_t missing;

	record(item.uid, 1);
	ck_assert_str_eq(knows(item.uid), "k");
	note("z", 10);
	ck_assert_str_eq(knows(item.uid), "k"); /* a listing may be incomplete once */
	ck_assert(state_join(s, &item, 1, NULL, &err) && state_note_listing(s, &item, 1, 11, NULL, &missing, &err));
	ck_assert_uint_eq(note("z", 12), 1);
	ck_assert(state_mark_deleted(s, item.uid, true, 20, &err) && state_commit(s, &err));
	ck_assert_str_eq(knows(item.uid), "-");
}
END_TEST

START_TEST(a_message_found_in_the_destination_gets_its_uid_by_its_identity)
{
	struct state_record found = {.octets = 5, .wire = 6, .listed = 6, .delivered = 77};
	struct state_match match;
	bool any = true;

	ck_assert(state_has_found(s, &any, &err) && !any);
	ck_assert(state_add_found(s, "0123", &found, 500, &err) && state_commit(s, &err));
	ck_assert(state_has_found(s, &any, &err) && any);
	ck_assert_uint_eq(note("z", 600), 1); /* it is missing until then */
	ck_assert(state_take_found(s, "4567", 6, "x", &match, &err) && !match.found);
	ck_assert(state_take_found(s, "0123", 6, "x", &match, &err) && match.found);
	ck_assert_int_eq(match.delivered, 77);
	ck_assert(match.fits);
	ck_assert_str_eq(knows("x"), "k");
	ck_assert(state_has_found(s, &any, &err) && !any);
}
END_TEST

START_TEST(capabilities_are_valid_for_a_day)
{
	const struct state_maildrop here = {"mail.example.org", 995, "me"};
	char *text;

	ck_assert(state_get_capabilities(s, &here, 1000, &text, &err) && !text);
	enter_maildrop("mail.example.org", 995, "me");
	ck_assert(state_set_capabilities(s, "UIDL\n", 1000, &err));
	ck_assert(state_get_capabilities(s, &here, 1000 + DAY - 1, &text, &err));
	ck_assert_str_eq(text, "UIDL\n");
	free(text);
	ck_assert(state_get_capabilities(s, &here, 1000 + DAY, &text, &err) && !text);
	ck_assert(state_get_capabilities(s, &here, 999, &text, &err) && !text);
	ck_assert(state_get_capabilities(s, &others[0], 1000, &text, &err) && !text);
	ck_assert(state_set_capabilities(s, NULL, 1000, &err));
	ck_assert(state_get_capabilities(s, &here, 1000, &text, &err) && !text);
}
END_TEST

START_TEST(the_last_capabilities_are_kept_forever_and_noted_only_for_this_maildrop)
{
	const struct state_maildrop here = {"mail.example.org", 995, "me"};
	char *text;

	ck_assert(state_last_capabilities(s, &here, &text, &err) && !text);
	ck_assert(state_note_capabilities(s, &here, "UIDL\n", 1000, &err)); /* no maildrop has been entered yet */
	enter_maildrop("mail.example.org", 995, "me");
	ck_assert(state_last_capabilities(s, &here, &text, &err) && !text);
	ck_assert(state_note_capabilities(s, &here, "UIDL\n", 1000, &err));
	ck_assert(state_note_capabilities(s, &others[0], "TOP\n", 2000, &err));
	state_rollback(s);
	ck_assert(state_last_capabilities(s, &here, &text, &err));
	ck_assert_str_eq(text, "UIDL\n");
	free(text);
	ck_assert(state_get_capabilities(s, &here, 1000, &text, &err));
	ck_assert_str_eq(text, "UIDL\n");
	free(text);
	ck_assert(state_last_capabilities(s, &others[0], &text, &err) && !text);
}
END_TEST

START_TEST(an_uncommitted_change_of_maildrop_is_rolled_back)
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
	tcase_add_test(l, a_listing_updates_the_listed_and_the_missing_messages);
	tcase_add_test(l, a_message_counts_as_missing_for_30_days);
	tcase_add_test(l, an_empty_listing_is_ignored);
	tcase_add_loop_test(l, notes_on_an_undelivered_message_are_dropped_once_it_is_unlisted, 0, 3);
	tcase_add_test(l, a_deletion_counts_as_recent_until_a_later_run_ends);
	tcase_add_loop_test(l, a_message_that_quit_may_have_deleted_is_doubtful_until_its_header_is_compared, 0, 2);
	tcase_add_test(l, a_message_found_new_stays_new_while_it_is_listed);
	tcase_add_test(l, a_missing_message_is_recognized_by_its_digest_and_only_once);
	tcase_add_test(l, fields_of_mail_programs_do_not_keep_a_missing_message_from_being_recognized);
	tcase_add_test(l, many_messages_with_one_header_do_not_hide_the_identical_one);
	tcase_add_loop_test(l, a_doubtful_message_is_a_different_one_if_its_size_changes, 0, 2);
	tcase_add_loop_test(l, a_message_to_be_retried_is_outdated_whatever_its_size, 0, 3);
	tcase_add_test(l, a_message_that_is_gone_is_no_longer_retried);
	tcase_add_loop_test(l, a_message_of_doubtful_identity_stays_doubtful_until_its_header_is_seen, 0, 2);
	tcase_add_test(l, the_sizes_of_a_maildrop_are_returned_latest_first);
	tcase_add_test(l, the_time_without_pipelining_is_stored_per_maildrop);
	tcase_add_test(l, a_message_is_forgotten_only_400_days_after_it_disappeared);
	tcase_add_test(l, a_message_that_reappears_restarts_the_400_days);
	tcase_add_test(l, a_message_deleted_by_us_is_not_missing);
	tcase_add_test(l, a_renumbered_message_is_recognized_by_its_header);
	tcase_add_test(m, the_same_maildrop_is_recognized);
	tcase_add_loop_test(m, another_maildrop_recognizes_headers_but_no_uids, 0, sizeof(others) / sizeof(others[0]));
	tcase_add_test(m, capabilities_are_valid_for_a_day);
	tcase_add_test(m, the_last_capabilities_are_kept_forever_and_noted_only_for_this_maildrop);
	tcase_add_test(m, an_uncommitted_change_of_maildrop_is_rolled_back);
	tcase_add_test(l, messages_with_the_same_header_are_taken_one_by_one);
	tcase_add_test(l, a_uid_that_disappeared_or_changed_its_size_is_doubtful);
	tcase_add_test(l, a_continuously_listed_uid_is_marked_as_stayed_if_its_size_changes);
	tcase_add_test(l, a_session_uid_is_missing_if_its_deletion_is_uncertain);
	tcase_add_test(l, a_size_is_missed_only_if_a_missing_message_has_it);
	tcase_add_test(l, the_old_message_of_a_reused_uid_is_found_by_its_header);
	tcase_add_test(l, all_former_messages_of_a_uid_are_found_by_their_headers);
	tcase_add_test(l, the_next_listing_shows_whether_quit_deleted_messages);
	tcase_add_test(l, a_message_whose_deletion_is_unconfirmed_is_found_under_a_new_uid);
	tcase_add_test(l, the_second_of_two_equal_messages_takes_the_place_of_the_first);
	tcase_add_test(l, a_generated_uid_is_recognized_unless_we_deleted_its_message);
	tcase_add_test(l, a_message_found_in_the_destination_gets_its_uid_by_its_identity);
	return scratch_main(suite);
}
