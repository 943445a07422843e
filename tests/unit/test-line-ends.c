#include "config.h"

#include "check_main.h"
#include "counting.h"
#include "policy/evidence.h"

/* Servers that count with LF, and messages with unusual line ends. */

static enum evidence_verdict judge(const struct evidence *e, const struct evidence_sizes *s, bool pipelined)
{
	return evidence_judge(e, s, EVIDENCE_NO_SIZE, pipelined);
}

/* A file without a line end, as it is received. */
static struct evidence_sizes one_line(uint64_t octets)
{
	struct evidence_sizes s = message(0);

	s.listed = octets;
	s.sent = s.wire = octets + 2;
	s.lf = octets + 1;
	return s;
}

START_TEST(a_message_without_a_line_ending_confirms_no_rule)
{
	static const uint64_t octets[] = {1, 22, 300, 5000};
	struct evidence e = {0};
	struct evidence_sizes odd = one_line(octets[_i]), s = come(25, 25, 0, LF, NOT_GIVEN);

	evidence_note(&e, &odd);
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_WHOLE);
	ck_assert_int_eq(judge(&e, &s, true), EVIDENCE_LONG);
	note_others(&e, LF, NOT_GIVEN, 1);
	ck_assert_int_eq(judge(&e, &s, true), EVIDENCE_WHOLE);
	ck_assert(evidence_is_plain(&odd));
	/* A message stored with CRLF no longer shows how many line ends it had. */
	odd.lf = odd.wire;
	evidence_note(&e, &odd);
	ck_assert_int_eq(judge(&e, &s, true), EVIDENCE_WHOLE);
}
END_TEST

START_TEST(a_message_of_several_lines_counted_with_crlf_contradicts_lf)
{
	static const enum counting countings[] = {EXACT, NO_END};
	struct evidence e = {0};
	struct evidence_sizes other = come(12, 12, 0, countings[_i], NOT_GIVEN), s = come(25, 25, 0, LF, NOT_GIVEN);

	note_others(&e, LF, NOT_GIVEN, 3);
	evidence_note(&e, &other);
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_LONG);
	evidence_forget(&e, &other);
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_WHOLE);
}
END_TEST

/* Numbers of other messages whose size is given with LF, exactly, or wrongly. */
static const struct {
	size_t lf, exact, wrong;
	uint64_t lines; /* of each message; 0: as in counting.h */
	enum evidence_verdict want;
} majorities[] = {
    {8, 1, 0, 0, EVIDENCE_WHOLE},
    {12, 1, 0, 0, EVIDENCE_WHOLE},
    {7, 1, 0, 0, EVIDENCE_LONG},
    {24, 2, 0, 0, EVIDENCE_LONG},
    {12, 1, 1, 0, EVIDENCE_LONG},
    {12, 0, 1, 0, EVIDENCE_WHOLE},
    /* The same number of extra octets fits every message of the same form. */
    {12, 1, 0, 25, EVIDENCE_LONG},
    {12, 0, 0, 25, EVIDENCE_WHOLE},
};

START_TEST(one_message_counted_with_crlf_does_not_outweigh_many_counted_with_lf)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, LF, NOT_GIVEN), other;

	for (size_t i = 0; i < majorities[_i].lf; i++) {
		other = message(majorities[_i].lines > 0 ? majorities[_i].lines : lines[i % OTHERS_MOST]);
		other.listed = other.lf;
		evidence_note(&e, &other);
	}
	for (size_t i = 0; i < majorities[_i].exact; i++) {
		other = come(12 + i, 12 + i, 0, EXACT, NOT_GIVEN);
		evidence_note(&e, &other);
	}
	for (size_t i = 0; i < majorities[_i].wrong; i++) {
		other = come(12 + i, 10, 0, EXACT, NOT_GIVEN);
		evidence_note(&e, &other);
	}
	ck_assert_int_eq(judge(&e, &s, false), majorities[_i].want);
	ck_assert_int_eq(judge(&e, &s, true), majorities[_i].want);
	evidence_note(&e, &s);
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), majorities[_i].want);
	evidence_forget(&e, &s);
	ck_assert_int_eq(judge(&e, &s, false), majorities[_i].want);
}
END_TEST

START_TEST(a_size_that_fits_either_way_counts_as_correct)
{
	struct evidence e = {0};
	struct evidence_sizes odd = one_line(22), s = come(25, 25, 0, THREEFOLD, NOT_GIVEN);

	note_others(&e, THREEFOLD, NOT_GIVEN, 2);
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_WHOLE);
	evidence_note(&e, &odd);
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_SHORT);
}
END_TEST

START_TEST(a_size_near_the_lf_count_does_not_fit_it)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, LF, NOT_GIVEN);

	note_others(&e, LF, NOT_GIVEN, OTHERS_MOST);
	s.listed++;
	ck_assert_int_ne(judge(&e, &s, false), EVIDENCE_WHOLE);
	s.listed -= 3;
	ck_assert_int_ne(judge(&e, &s, false), EVIDENCE_WHOLE);
}
END_TEST

/* An empty file: only the line end that ends an answer arrives. */
static struct evidence_sizes nothing(void)
{
	return (struct evidence_sizes){.sent = 2, .wire = 2, .lf = 1, .empty = true, .foreign = true};
}

static const struct {
	enum counting counting;
	size_t others;
	enum evidence_verdict want;
} zeros[] = {
    {EXACT, 1, EVIDENCE_WHOLE},
    {EXACT, OTHERS_MOST, EVIDENCE_WHOLE},
    {NO_END, 3, EVIDENCE_WHOLE},
    {LF, 3, EVIDENCE_WHOLE},
    {LF_NO_END, 3, EVIDENCE_WHOLE},
    /* Zero says nothing if no message shows that the server knows sizes, or if its sizes are meaningless. */
    {EXACT, 0, EVIDENCE_LONG},
    {ZERO, 1, EVIDENCE_LONG},
    {ZERO, OTHERS_MOST, EVIDENCE_LONG},
    {CONSTANT, OTHERS_MOST, EVIDENCE_LONG},
    {THIRD, OTHERS_MOST, EVIDENCE_LONG},
    {ESTIMATED, OTHERS_MOST, EVIDENCE_LONG},
};

START_TEST(an_empty_message_is_complete_if_its_size_is_zero)
{
	struct evidence e = {0};
	struct evidence_sizes s = nothing(), kept = {.sent = 2, .wire = 2, .lf = 2}, other = message(25);

	note_others(&e, zeros[_i].counting, zeros[_i].counting, zeros[_i].others);
	evidence_note(&e, &s);
	evidence_note(&e, &kept);
	ck_assert(!evidence_is_plain(&s));
	ck_assert(!evidence_is_plain(&kept));
	ck_assert_int_eq(judge(&e, &s, true), zeros[_i].want);
	for (kept.lf = 1; kept.lf <= 2; kept.lf++)
		ck_assert_int_eq(evidence_judge(&e, &kept, kept.wire, false), zeros[_i].want);
	s.said = EVIDENCE_NO_SIZE;
	ck_assert_int_eq(judge(&e, &s, true), zeros[_i].want);
	/* Either number may show that there was more. */
	s.said = 3;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_SHORT);
	s.said = 500;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_SHORT);
	s.said = 0;
	s.listed = 500;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_SHORT);
	/* Another message may show it also. */
	s.listed = other.listed = other.said = 0;
	evidence_note(&e, &other);
	ck_assert_int_ne(judge(&e, &s, false), EVIDENCE_WHOLE);
}
END_TEST

START_TEST(two_empty_lines_are_not_an_empty_message)
{
	struct evidence e = {0};
	struct evidence_sizes s = nothing();

	note_others(&e, EXACT, EXACT, OTHERS_MOST);
	s.sent = s.wire = 4;
	s.lf = 2;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_LONG);
}
END_TEST

/* For a CR at the end of a file, Courier does not count the line end that it adds, and counts the CR only once. */
START_TEST(the_size_may_omit_a_cr_before_the_added_line_ending)
{
	struct evidence e = {0};
	struct evidence_sizes s = message(25);

	note_others(&e, EXACT, EXACT, 3);
	s.listed = s.said = s.wire - 3;
	ck_assert(!evidence_is_plain(&s));
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_LONG);
	s.cr = true;
	ck_assert(evidence_is_plain(&s));
	ck_assert_int_eq(judge(&e, &s, true), EVIDENCE_WHOLE);
	s.foreign = true;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_LONG);
	s.foreign = false;
	s.listed = s.said = s.wire - 4;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_LONG);
	s.listed = s.said = s.wire + 1;
	ck_assert_int_eq(judge(&e, &s, false), EVIDENCE_SHORT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("line-ends");
	TCase *c = check_case(s, "sizes");

	tcase_add_loop_test(c, a_message_without_a_line_ending_confirms_no_rule, 0, 4);
	tcase_add_loop_test(c, a_message_of_several_lines_counted_with_crlf_contradicts_lf, 0, 2);
	LOOP_OVER(c, one_message_counted_with_crlf_does_not_outweigh_many_counted_with_lf, majorities);
	tcase_add_test(c, a_size_that_fits_either_way_counts_as_correct);
	tcase_add_test(c, a_size_near_the_lf_count_does_not_fit_it);
	LOOP_OVER(c, an_empty_message_is_complete_if_its_size_is_zero, zeros);
	tcase_add_test(c, two_empty_lines_are_not_an_empty_message);
	tcase_add_test(c, the_size_may_omit_a_cr_before_the_added_line_ending);
	return check_main(s);
}
