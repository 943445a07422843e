#include "config.h"

#include <string.h>

#include "check_main.h"
#include "counting.h"
#include "policy/evidence.h"

static const struct {
	enum counting counting;
	size_t others;	/* messages that came before */
	uint64_t lines; /* lines of the message on the server */
	uint64_t come;	/* lines of it that the server sends */
	uint64_t added; /* octets sent that do not belong to it */
	bool pipelined;
	enum evidence_verdict want;
} servers[] = {
    /* A correct size, whatever the other messages are. */
    {EXACT, 0, 25, 25, 0, true, EVIDENCE_WHOLE},
    {EXACT, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    {NO_END, 0, 25, 25, 0, true, EVIDENCE_WHOLE},
    {NOT_GIVEN, 0, 25, 1, 0, true, EVIDENCE_WHOLE},
    /* Sizes counted with LF: accepted at once without pipelining, and after one confirming message with it. */
    {LF, 0, 25, 25, 0, false, EVIDENCE_WHOLE},
    {LF, 0, 25, 25, 0, true, EVIDENCE_LONG},
    {LF, 1, 25, 25, 0, true, EVIDENCE_WHOLE},
    {LF, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    /* Sizes counted with LF, without the line end that the server adds. */
    {LF_NO_END, 0, 25, 25, 0, false, EVIDENCE_WHOLE},
    {LF_NO_END, 0, 25, 25, 0, true, EVIDENCE_LONG},
    {LF_NO_END, 1, 25, 25, 0, true, EVIDENCE_WHOLE},
    {LF_NO_END, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    /* Sizes with stuffed dots: accepted after other messages with stuffed dots confirm it. */
    {DOTS, 0, 25, 25, 0, true, EVIDENCE_SHORT},
    {DOTS, 1, 25, 25, 0, true, EVIDENCE_SHORT},
    {DOTS, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {DOTS, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    /* An additional line of as many octets as there are line ends. */
    {EXACT, 1, 25, 25, 26, true, EVIDENCE_LONG},
    {EXACT, 1, 25, 25, 26, false, EVIDENCE_LONG},
    /* A message that came too short or too long, among others that did not. */
    {EXACT, 0, 25, 24, 0, false, EVIDENCE_SHORT},
    {EXACT, 2, 25, 24, 0, false, EVIDENCE_SHORT},
    {EXACT, 12, 25, 24, 0, true, EVIDENCE_SHORT},
    {EXACT, 12, 25, 1, 0, true, EVIDENCE_SHORT},
    {EXACT, 0, 25, 25, 17, false, EVIDENCE_LONG},
    {EXACT, 12, 25, 25, 17, true, EVIDENCE_LONG},
    {LF, 12, 25, 24, 0, true, EVIDENCE_SHORT},
    {LF_NO_END, 12, 25, 24, 0, true, EVIDENCE_SHORT},
    {DOTS, 12, 25, 24, 0, true, EVIDENCE_SHORT},
    /* Sizes that are always wrong: the message is complete once two others show by how much. */
    {THIRD, 0, 25, 25, 0, false, EVIDENCE_LONG},
    {THIRD, 1, 25, 25, 0, false, EVIDENCE_LONG},
    {THIRD, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {THIRD, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    {THREEFOLD, 1, 25, 25, 0, false, EVIDENCE_SHORT},
    {THREEFOLD, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {ZERO, 1, 25, 25, 0, false, EVIDENCE_LONG},
    {ZERO, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {ROUNDED_UP, 1, 25, 25, 0, false, EVIDENCE_SHORT},
    {ROUNDED_UP, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {ROUNDED_UP, 12, 205, 205, 0, true, EVIDENCE_WHOLE},
    {KILOBYTES, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {KILOBYTES, 12, 333, 333, 0, true, EVIDENCE_WHOLE},
    {TERMINATOR, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {CONSTANT, 1, 27, 27, 0, true, EVIDENCE_LONG},
    {SIZE_OF_ALL, 12, 27, 27, 0, true, EVIDENCE_LONG},
    {SIZE_OF_ALL, 12, 25, 25, 0, true, EVIDENCE_SHORT},
    {LACKING, 12, 25, 25, 0, true, EVIDENCE_SHORT},
    {ADDING, 2, 25, 25, 0, true, EVIDENCE_WHOLE},
    {CONSTANT, 2, 27, 27, 0, true, EVIDENCE_WHOLE},
    {GROWING, 12, 8, 8, 0, true, EVIDENCE_SHORT},
    {GROWING, 12, 25, 25, 0, true, EVIDENCE_SHORT},
    {GROWING, 1, 25, 25, 0, true, EVIDENCE_SHORT},
    {GROWING, 12, 25, 5, 0, true, EVIDENCE_SHORT},
    {ESTIMATED, 7, 25, 25, 0, true, EVIDENCE_LONG},
    {ESTIMATED, 12, 25, 25, 0, true, EVIDENCE_WHOLE},
    /* The message is not complete if its size is wrong in another way than those of the others. */
    {THIRD, 12, 200, 100, 0, true, EVIDENCE_LONG},
    {THREEFOLD, 12, 200, 100, 0, true, EVIDENCE_SHORT},
    {ROUNDED_UP, 12, 205, 102, 0, true, EVIDENCE_SHORT},
    {KILOBYTES, 12, 333, 120, 0, true, EVIDENCE_LONG},
    {TERMINATOR, 12, 200, 120, 0, true, EVIDENCE_SHORT},
    {ESTIMATED, 12, 200, 20, 0, true, EVIDENCE_SHORT},
};

START_TEST(a_listed_size_is_compared_with_those_of_other_messages)
{
	struct evidence e = {0};
	struct evidence_sizes s =
	    come(servers[_i].lines, servers[_i].come, servers[_i].added, servers[_i].counting, NOT_GIVEN);

	note_others(&e, servers[_i].counting, NOT_GIVEN, servers[_i].others);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, servers[_i].pipelined), servers[_i].want);
}
END_TEST

START_TEST(the_size_in_the_reply_to_retr_is_compared_with_those_of_other_messages)
{
	struct evidence e = {0};
	struct evidence_sizes s =
	    come(servers[_i].lines, servers[_i].come, servers[_i].added, NOT_GIVEN, servers[_i].counting);
	enum evidence_verdict got;

	note_others(&e, NOT_GIVEN, servers[_i].counting, servers[_i].others);
	got = evidence_judge(&e, &s, EVIDENCE_NO_SIZE, servers[_i].pipelined);
	/*
	 * More than RETR's number is not suspicious if LIST gave no size. Less is suspicious if the numbers follow
	 * no rule.
	 */
	if (servers[_i].counting == GROWING)
		ck_assert_int_eq(got, EVIDENCE_SHORT);
	else
		ck_assert_int_eq(got, servers[_i].want == EVIDENCE_LONG ? EVIDENCE_WHOLE : servers[_i].want);
}
END_TEST

START_TEST(a_noted_message_does_not_confirm_itself)
{
	struct evidence e = {0};
	struct evidence_sizes s =
	    come(servers[_i].lines, servers[_i].come, servers[_i].added, servers[_i].counting, NOT_GIVEN);

	note_others(&e, servers[_i].counting, NOT_GIVEN, servers[_i].others);
	evidence_note(&e, &s);
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, servers[_i].pipelined), servers[_i].want);
}
END_TEST

START_TEST(an_empty_message_is_incomplete_if_a_size_is_given)
{
	static const enum counting countings[] = {EXACT, LF, DOTS, THIRD, THREEFOLD, ROUNDED_UP, KILOBYTES, ESTIMATED};
	struct evidence e = {0};
	struct evidence_sizes s = come(200, 0, 2, countings[_i], NOT_GIVEN);

	s.lf = 1;
	s.empty = true;
	note_others(&e, countings[_i], NOT_GIVEN, OTHERS_MOST);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

START_TEST(a_message_shorter_than_either_size_is_incomplete)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 20, 0, EXACT, EXACT);

	note_others(&e, EXACT, EXACT, 4);
	s.listed = s.wire;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
	s = come(25, 20, 0, EXACT, EXACT);
	s.said = s.wire;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

START_TEST(the_size_in_the_reply_to_retr_explains_growth_since_list)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 55, EXACT, EXACT);

	note_others(&e, EXACT, EXACT, 4);
	s.said = s.wire;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_WHOLE);
	s.said = s.wire - 17;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_LONG);
}
END_TEST

/* A job may send messages of one size; that all of them are cut at the same place proves nothing. */
START_TEST(messages_of_one_size_do_not_confirm_each_other)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(27, 20, 0, EXACT, EXACT);

	for (size_t i = 0; i < OTHERS_MOST; i++)
		evidence_note(&e, &s);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

START_TEST(stuffed_dots_do_not_compensate_for_missing_bytes)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, EXACT, EXACT);

	s.wire = s.sent -= s.dots;
	s.lf -= s.dots;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
	note_others(&e, DOTS, DOTS, 2);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE); /* nothing else is known */
	note_others(&e, EXACT, EXACT, 2);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

START_TEST(stuffed_dots_do_not_count_if_the_server_does_not_stuff)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, DOTS, DOTS), other = message(3);

	note_others(&e, DOTS, DOTS, OTHERS_MOST);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	s.unstuffed = true;
	ck_assert(evidence_is_suspect(&s));
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
	s.unstuffed = false;
	other.listed = other.said = other.wire;
	other.unstuffed = true;
	ck_assert(!evidence_is_suspect(&other));
	evidence_note(&e, &other);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

/* A repeated answer leaves its status line in each message. */
START_TEST(no_rule_excuses_a_wrong_size_of_a_message_with_foreign_lines)
{
	static const struct {
		enum counting counting;
		uint64_t added;
	} rows[] = {{EXACT, 2}, {EXACT, 17}, {ADDING, 0}, {ROUNDED_UP, 17}, {THIRD, 0}, {ZERO, 0}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct evidence e = {0};
		struct evidence_sizes s = come(25, 25, rows[i].added, rows[i].counting, NOT_GIVEN);

		note_others(&e, rows[i].counting == EXACT ? ADDING : rows[i].counting, NOT_GIVEN, OTHERS_MOST);
		s.foreign = true;
		ck_assert_int_ne(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
		s.listed = s.wire;
		ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	}
}
END_TEST

/* Counted with LF, a message of two lines is as short as one whose last line end is not counted. */
START_TEST(a_message_of_two_lines_does_not_show_how_a_server_counts)
{
	struct evidence e = {0};
	struct evidence_sizes two = message(2), s = come(25, 25, 0, LF, NOT_GIVEN);

	note_others(&e, LF, NOT_GIVEN, 3);
	two.listed = two.lf;
	ck_assert_int_eq(evidence_judge(&e, &two, EVIDENCE_NO_SIZE, true), EVIDENCE_WHOLE);
	evidence_note(&e, &two);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_WHOLE);
}
END_TEST

START_TEST(a_size_from_retr_that_is_never_right_is_ignored)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, EXACT, GROWING);

	note_others(&e, EXACT, GROWING, 2);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_SHORT);
	note_others(&e, EXACT, GROWING, 3);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_WHOLE);
	s = come(25, 24, 0, EXACT, GROWING);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_SHORT);
	s = come(25, 25, 0, EXACT, GROWING);
	note_others(&e, EXACT, EXACT, 1);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, true), EVIDENCE_SHORT);
}
END_TEST

START_TEST(one_correct_size_makes_wrong_sizes_suspect)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, THREEFOLD, NOT_GIVEN);

	note_others(&e, THREEFOLD, NOT_GIVEN, 6);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	note_others(&e, EXACT, NOT_GIVEN, 1);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
}
END_TEST

static const struct {
	const char *text;
	uint64_t size;
} words[] = {
    {"120 octets", 120},
    {"120 Octets follow", 120},
    {"0 octets", 0},
    {"2891 bytes", 2891},
    {"9223372036854775807 octets", INT64_MAX},
    {"9223372036854775808 octets", EVIDENCE_NO_SIZE},
    {"", EVIDENCE_NO_SIZE},
    {"120", EVIDENCE_NO_SIZE},
    {"message 3 follows (120 octets)", 120},
    {"message follows, 120 bytes", 120},
    {"120 octets of 300 octets", EVIDENCE_NO_SIZE},
    {"uid-120 octets", EVIDENCE_NO_SIZE},
    {"120octets", EVIDENCE_NO_SIZE},
    {"120 ", EVIDENCE_NO_SIZE},
    {"1 2 3", EVIDENCE_NO_SIZE},
    {"1 message", EVIDENCE_NO_SIZE},
    {"3 120 octets", 120},
    {"-120 octets", EVIDENCE_NO_SIZE},
    {" 120 octets", 120},
};

START_TEST(a_size_is_read_from_the_reply_to_retr)
{
	ck_assert_uint_eq(evidence_read_size(words[_i].text, strlen(words[_i].text)), words[_i].size);
}
END_TEST

START_TEST(a_message_may_exceed_its_listed_size_within_a_limit)
{
	ck_assert_uint_eq(evidence_octets_most(1000, 41), 1000);
	ck_assert_uint_eq(evidence_octets_most(1000, EVIDENCE_NO_SIZE), 1000);
	ck_assert_uint_eq(evidence_octets_most(0, 41), 64 * 1024 * 1024 + 8 * 41);
	ck_assert_uint_eq(evidence_octets_most(0, EVIDENCE_NO_SIZE), 64 * 1024 * 1024);
	ck_assert_uint_eq(evidence_octets_most(0, INT64_MAX), 64 * 1024 * 1024);
	ck_assert_uint_gt(evidence_octets_most(0, UINT64_C(1) << 40), UINT64_C(1) << 42);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("evidence");
	TCase *c = check_case(s, "sizes");

	LOOP_OVER(c, a_listed_size_is_compared_with_those_of_other_messages, servers);
	LOOP_OVER(c, the_size_in_the_reply_to_retr_is_compared_with_those_of_other_messages, servers);
	LOOP_OVER(c, a_noted_message_does_not_confirm_itself, servers);
	tcase_add_loop_test(c, an_empty_message_is_incomplete_if_a_size_is_given, 0, 8);
	tcase_add_test(c, a_message_shorter_than_either_size_is_incomplete);
	tcase_add_test(c, the_size_in_the_reply_to_retr_explains_growth_since_list);
	tcase_add_test(c, messages_of_one_size_do_not_confirm_each_other);
	tcase_add_test(c, stuffed_dots_do_not_compensate_for_missing_bytes);
	tcase_add_test(c, stuffed_dots_do_not_count_if_the_server_does_not_stuff);
	tcase_add_test(c, no_rule_excuses_a_wrong_size_of_a_message_with_foreign_lines);
	tcase_add_test(c, a_message_of_two_lines_does_not_show_how_a_server_counts);
	tcase_add_test(c, a_size_from_retr_that_is_never_right_is_ignored);
	tcase_add_test(c, one_correct_size_makes_wrong_sizes_suspect);
	c = check_case(s, "words and bounds");
	LOOP_OVER(c, a_size_is_read_from_the_reply_to_retr, words);
	tcase_add_test(c, a_message_may_exceed_its_listed_size_within_a_limit);
	return check_main(s);
}
