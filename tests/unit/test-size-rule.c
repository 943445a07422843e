#include "config.h"

#include "check_main.h"
#include "counting.h"
#include "policy/evidence.h"

/* How LIST counts, and RETR's number. */
static const struct {
	enum counting list;
	size_t others;
	uint64_t lines, come;
	enum evidence_verdict want;
} exact[] = {
    {THIRD, 2, 25, 25, EVIDENCE_WHOLE},
    {THREEFOLD, 2, 25, 25, EVIDENCE_WHOLE},
    {ROUNDED_UP, 2, 25, 25, EVIDENCE_WHOLE},
    {KILOBYTES, 2, 25, 25, EVIDENCE_WHOLE},
    {LF, 2, 25, 25, EVIDENCE_WHOLE},
    {TERMINATOR, 2, 25, 25, EVIDENCE_WHOLE},
    {ADDING, 2, 25, 25, EVIDENCE_WHOLE},
    {ZERO, 2, 25, 25, EVIDENCE_WHOLE},
    {ESTIMATED, 12, 25, 25, EVIDENCE_WHOLE},
    /*
     * A constant difference is a rule if RETR says that nothing is missing. One number for all messages is a rule
     * if no message has that size.
     */
    {LACKING, 1, 25, 25, EVIDENCE_SHORT},
    {LACKING, 2, 25, 25, EVIDENCE_WHOLE},
    {SIZE_OF_ALL, 12, 10, 10, EVIDENCE_WHOLE},
    {SIZE_OF_ALL, 6, 10, 10, EVIDENCE_SHORT},
    /* All messages are shorter than LIST says, by no rule: they may have been cut in transit. */
    {GROWING, 12, 25, 25, EVIDENCE_SHORT},
    /* The message is cut, and only RETR's number fits. */
    {THREEFOLD, 12, 200, 100, EVIDENCE_SHORT},
    {ROUNDED_UP, 12, 1280, 256, EVIDENCE_SHORT},
    {ROUNDED_UP, 12, 1280, 3, EVIDENCE_SHORT},
    {KILOBYTES, 12, 1280, 1, EVIDENCE_SHORT},
    {KILOBYTES, 2, 1280, 256, EVIDENCE_LONG},
    {THIRD, 2, 200, 100, EVIDENCE_LONG},
    {TERMINATOR, 12, 200, 120, EVIDENCE_SHORT},
    {LACKING, 12, 200, 199, EVIDENCE_SHORT},
    {LACKING, 12, 5000, 4999, EVIDENCE_SHORT},
    {ESTIMATED, 12, 200, 20, EVIDENCE_SHORT},
};

START_TEST(an_exact_size_from_retr_decides_only_what_list_leaves_open)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(exact[_i].lines, exact[_i].come, 0, exact[_i].list, EXACT);

	s.said = s.wire;
	note_others(&e, exact[_i].list, EXACT, exact[_i].others);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), exact[_i].want);
	evidence_note(&e, &s);
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), exact[_i].want);
}
END_TEST

/* All messages are cut, and RETR gives the size of the remainder. */
START_TEST(truncated_messages_do_not_excuse_each_other)
{
	struct evidence e = {0};
	struct evidence_sizes s;

	for (size_t i = 0; i < OTHERS_MOST; i++) {
		s = come(lines[i] + 40, 25, 0, EXACT, EXACT);
		s.said = s.wire;
		evidence_note(&e, &s);
	}
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_SHORT);
}
END_TEST

/* Sizes in kilobytes that are the same for nearly all messages. */
START_TEST(equal_sizes_in_kilobytes_are_not_a_constant_size)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(1240, 256, 0, KILOBYTES, EXACT);

	for (uint64_t i = 0; i < OTHERS_MOST; i++) {
		struct evidence_sizes other = message(1240 - i);

		other.listed = give(KILOBYTES, &other);
		evidence_note(&e, &other);
	}
	s.said = EVIDENCE_NO_SIZE;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
	s.said = s.wire;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
}
END_TEST

/* A gateway changes each message and cuts large ones: their sizes are not estimates. */
START_TEST(messages_cut_to_one_length_do_not_count_as_estimated)
{
	struct evidence e = {0};
	struct evidence_sizes s;

	for (uint64_t i = 0; i < OTHERS_MOST; i++) {
		s = message(i < 5 ? 10 + 30 * i : 200);
		s.listed = i < 5 ? s.wire - 20 * i - 37 : 8100 + 500 * i;
		evidence_note(&e, &s);
	}
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_SHORT);
}
END_TEST

/* Each message lacks the same number of octets at its end. */
START_TEST(a_constant_shortfall_is_not_a_ratio)
{
	static const uint64_t missing[] = {6, 7, 15, 28, 40, 63, 64, 65, 150};
	struct evidence e = {0}, alone = {0};
	struct evidence_sizes s;

	for (uint64_t i = 0; i < OTHERS_MOST; i++) {
		s = message(0);
		s.listed = s.said = 1000 + 40 * i;
		s.sent = s.wire = s.listed - missing[_i];
		s.lf = s.wire - 20;
		evidence_note(&e, &s);
		s.said = EVIDENCE_NO_SIZE;
		evidence_note(&alone, &s);
	}
	ck_assert_int_eq(evidence_judge(&alone, &s, s.wire, false), EVIDENCE_SHORT);
	s.said = s.listed;
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_SHORT);
}
END_TEST

/* The number of added octets equals the number of line ends. */
START_TEST(a_size_that_fits_with_lf_by_chance_follows_the_rule_of_the_others)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, ADDING, NOT_GIVEN), chance = message(55);

	note_others(&e, ADDING, NOT_GIVEN, 3);
	chance.listed = give(ADDING, &chance);
	ck_assert_uint_eq(chance.listed, chance.lf);
	evidence_note(&e, &chance);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	evidence_note(&e, &s);
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_WHOLE);
	ck_assert_int_eq(evidence_judge(&e, &chance, chance.wire, false), EVIDENCE_WHOLE);
	chance = message(155);
	chance.listed = chance.lf;
	evidence_note(&e, &chance);
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_LONG);
	evidence_forget(&e, &chance);
	/* which message it was is no longer known */
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_LONG);
}
END_TEST

/* A server counts with LF. All messages but one have the same number of lines, and lack their last octets. */
START_TEST(one_size_that_fits_with_lf_contradicts_those_that_do_not)
{
	struct evidence e = {0};
	struct evidence_sizes s = message(100);

	s.listed = s.lf;
	evidence_note(&e, &s);
	for (uint64_t i = 1; i < 6; i++) {
		s = message(100);
		s.listed = s.lf + 200 * i;
		s.sent = s.wire = s.wire + 200 * i - 30;
		s.lf = s.wire - 99;
		evidence_note(&e, &s);
	}
	ck_assert_int_eq(evidence_judge(&e, &s, s.wire, false), EVIDENCE_LONG);
}
END_TEST

/* A gateway adds fields of any length: without them the message has its listed size. */
START_TEST(added_fields_excuse_a_message_only_if_all_messages_have_some)
{
	struct evidence e = {0};
	struct evidence_sizes s = come(25, 25, 0, ADDING, NOT_GIVEN), other;

	s.fields = true;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
	for (uint64_t i = 0; i < 4; i++) {
		other = message(40 + 10 * i);
		other.listed = other.wire - 70 - 25 * i;
		evidence_note(&e, &other);
	}
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	s.said = s.listed;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_WHOLE);
	s.fields = false;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
	s.fields = s.foreign = true;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
	s.foreign = false;
	/* RETR says that there is more, or a message that came short is among the others. */
	s.said = s.wire + 40;
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_SHORT);
	s.said = EVIDENCE_NO_SIZE;
	other.listed = other.wire + 30;
	evidence_note(&e, &other);
	ck_assert_int_eq(evidence_judge(&e, &s, EVIDENCE_NO_SIZE, false), EVIDENCE_LONG);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("size-rule");
	TCase *c = check_case(s, "sizes");

	LOOP_OVER(c, an_exact_size_from_retr_decides_only_what_list_leaves_open, exact);
	tcase_add_test(c, truncated_messages_do_not_excuse_each_other);
	tcase_add_test(c, messages_cut_to_one_length_do_not_count_as_estimated);
	tcase_add_test(c, equal_sizes_in_kilobytes_are_not_a_constant_size);
	tcase_add_loop_test(c, a_constant_shortfall_is_not_a_ratio, 0, 9);
	tcase_add_test(c, a_size_that_fits_with_lf_by_chance_follows_the_rule_of_the_others);
	tcase_add_test(c, one_size_that_fits_with_lf_contradicts_those_that_do_not);
	tcase_add_test(c, added_fields_excuse_a_message_only_if_all_messages_have_some);
	return check_main(s);
}
