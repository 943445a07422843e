#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "one_state.h"
#include "scratch.h"
#include "state/archive.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/record.h"
#include "state/state.h"

enum { NOW = 1000000 };

/* All archived messages, one per line: "UID maildrop identity server". */
static struct buf kept_lines;

static void keep(void *context, const struct state_kept *k)
{
	static const char *const servers[] = {"listed", "gone", "awaited"};

	(void)context;
	buf_append_format(&kept_lines, "%s %s %s %s\n", k->uid[0] ? k->uid : "-", k->maildrop ? k->maildrop : "-",
	    k->identity[0] ? k->identity : "-", servers[k->server]);
}

static void expect(const char *expected)
{
	buf_clear(&kept_lines);
	ck_assert_msg(state_each_kept(s, keep, NULL, &err), "%s", err.cause);
	ck_assert_str_eq(buf_string(&kept_lines), expected);
	buf_free(&kept_lines);
}

static void enter_maildrop(const char *server)
{
	const struct state_maildrop m = {server, 995, "me"};
	enum state_origin origin;

	ck_assert_msg(state_enter_maildrop(s, &m, NOW, &origin, &err) && state_commit(s, &err), "%s", err.cause);
}

static void lose(const char *key)
{
	ck_assert_msg(state_lose(s, key, NOW, &err) && state_commit(s, &err), "%s", err.cause);
}

START_TEST(a_record_names_the_maildrop_of_its_uid)
{
	struct state_record found = {.octets = 5, .delivered = NOW};

	enter_maildrop("One");
	record("a", NOW);
	enter_maildrop("two");
	record("b", NOW);
	record(" header:00:5", NOW);
	record("c", NOW);
	ck_assert(state_displace(s, "c", NOW, &err) && state_commit(s, &err));
	ck_assert(state_add_found(s, "0123", &found, NOW, &err) && state_commit(s, &err));
	expect("a me@one:995 - gone\n"
	       "- me@two:995 0123 gone\n"
	       " header:00:5 me@two:995 - listed\n"
	       "c me@two:995 - gone\n"
	       "b me@two:995 - listed\n");
}
END_TEST

static void keep_placed(void *context, const struct state_kept *k)
{
	(void)context;
	buf_append_format(&kept_lines, "%s: %s %s%s\n", k->uid, k->maildrop ? k->maildrop : "-", k->placed,
	    k->identity);
}

/* Returns the header of a record that add has made. */
static const unsigned char *header_of(int byte)
{
	static unsigned char header[DIGEST_SHORT];

	memset(header, byte, sizeof(header));
	return header;
}

START_TEST(a_renumbered_message_keeps_the_key_of_its_delivery)
{
	struct state_record found = {.octets = 5, .wire = 6, .listed = 6, .delivered = NOW};
	struct state_match match;

	enter_maildrop("one");
	ck_assert(add("a", NOW, 1) && add("b", NOW, 2) && add("c", NOW, 3));
	enter_maildrop("two");
	ck_assert(state_take_renumbered(s, header_of(1), 6, NOW, "a", &match, &err));
	ck_assert(match.found);
	ck_assert(state_take_renumbered(s, header_of(2), 6, NOW, "x", &match, &err));
	ck_assert(match.found);
	memcpy(found.header, header_of(4), sizeof(found.header));
	ck_assert(state_add_found(s, "0123", &found, NOW, &err));
	ck_assert(state_take_renumbered(s, found.header, 6, NOW, "d", &match, &err) && match.found);
	enter_maildrop("three");
	enter_maildrop("two");
	ck_assert(state_take_renumbered(s, header_of(2), 6, NOW, "y", &match, &err));
	ck_assert(match.found);
	ck_assert_msg(state_each_kept(s, keep_placed, NULL, &err), "%s", err.cause);
	ck_assert_str_eq(buf_string(&kept_lines),
	    "c: me@one:995 c\n"
	    "a: me@one:995 a\n"
	    "d: me@two:995 0123\n"
	    "y: me@one:995 b\n");
	buf_free(&kept_lines);
}
END_TEST

START_TEST(a_lost_message_counts_as_new_and_is_remembered)
{
	struct state_match match;
	unsigned char header[DIGEST_SHORT];

	memset(header, 2, sizeof(header));
	enter_maildrop("one");
	record("a", NOW);
	lose("a");
	ck_assert_str_eq(knows("a"), "-");
	ck_assert(state_take_renumbered(s, header, 6, NOW, "b", &match, &err));
	ck_assert(!match.found);
	expect("a me@one:995 - awaited\n");
}
END_TEST

START_TEST(a_lost_message_is_forgotten_once_it_is_fetched_again)
{
	int64_t regained;

	enter_maildrop("one");
	record("a", NOW);
	record("b", NOW);
	lose("a");
	lose("b");
	record("a", NOW);
	lose("a");
	record("a", NOW);
	expect("b me@one:995 - awaited\na me@one:995 - listed\n");
	ck_assert(state_forget_regained(s, &regained, &err) && state_commit(s, &err));
	ck_assert_int_eq(regained, 2);
	expect("b me@one:995 - awaited\na me@one:995 - listed\n");
	ck_assert(state_forget_regained(s, &regained, &err));
	ck_assert_int_eq(regained, 0);
}
END_TEST

/* Keys of any form must be tolerated. */
static const char *const odd_keys[] = {" ", "  ", " was:", " was:12", " 7:x", " 99999999999999999999:x", " -1:x", " 1x",
    " found:", " was:0123456789abcdef: found:1", " 1: was:0123456789abcdef:x"};

START_TEST(keys_of_any_form_are_tolerated)
{
	enter_maildrop("one");
	record(odd_keys[_i], NOW);
	ck_assert(state_each_kept(s, keep, NULL, &err));
	buf_free(&kept_lines);
}
END_TEST

START_TEST(a_missing_state_is_distinguished_from_an_empty_one)
{
	int64_t count;

	ck_assert(state_exists(scratch_path("state"), "work"));
	ck_assert(!state_exists(scratch_path("state"), "home"));
	ck_assert(state_count(s, &count, &err));
	ck_assert_int_eq(count, 0);
	record("a", NOW);
	ck_assert(state_count(s, &count, &err));
	ck_assert_int_eq(count, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("state-archive");
	TCase *t = scratch_case(suite, "state-archive");

	tcase_add_checked_fixture(t, enter, leave);
	tcase_add_test(t, a_record_names_the_maildrop_of_its_uid);
	tcase_add_test(t, a_renumbered_message_keeps_the_key_of_its_delivery);
	tcase_add_test(t, a_lost_message_counts_as_new_and_is_remembered);
	tcase_add_test(t, a_lost_message_is_forgotten_once_it_is_fetched_again);
	LOOP_OVER(t, keys_of_any_form_are_tolerated, odd_keys);
	tcase_add_test(t, a_missing_state_is_distinguished_from_an_empty_one);
	return scratch_main(suite);
}
