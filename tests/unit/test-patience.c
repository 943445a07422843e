#include "config.h"

#include "check_main.h"
#include "policy/patience.h"

enum { HOUR = 3600, DAY = 86400 };

static const int64_t now = 1700000000;

static const struct {
	int64_t patience, since, reported; /* since and reported are seconds ago; reported 0: not reported yet */
	bool over;
} cases[] = {
    {3 * HOUR, 0, 0, false},
    {3 * HOUR, 3 * HOUR - 1, 0, false},
    {3 * HOUR, 3 * HOUR, 0, true},
    {3 * HOUR, 9 * HOUR, 1, false},
    {3 * HOUR, 2 * DAY, DAY - 1, false},
    {3 * HOUR, 2 * DAY, DAY, true},
    {3 * HOUR, 30 * DAY, 20 * DAY, true},
    {2 * DAY, DAY, 0, false},
    {2 * DAY, 2 * DAY, 0, true},
    {0, 0, 0, true},
    /* The clock was ahead. */
    {3 * HOUR, -1, 0, true},
    {3 * HOUR, 9 * HOUR, -DAY, true},
};

START_TEST(a_failure_is_reported_once_it_has_lasted_and_then_once_a_day)
{
	int64_t reported = cases[_i].reported == 0 ? 0 : now - cases[_i].reported;

	ck_assert_int_eq(patience_is_over(cases[_i].patience, now - cases[_i].since, reported, now), cases[_i].over);
}
END_TEST

static const struct {
	int64_t patience, success; /* seconds ago */
	bool over;
} others[] = {
    {3 * HOUR, 4 * HOUR, false}, {3 * HOUR, DAY - 1, false}, {3 * HOUR, DAY, true}, {2 * DAY, DAY, false},
    {2 * DAY, 2 * DAY, true}, {3 * HOUR, -1, true}, {3 * HOUR, 1700000000, true}, /* unknown */
};

START_TEST(the_lock_of_another_run_is_tolerated_for_at_least_a_day)
{
	ck_assert_int_eq(patience_with_other_is_over(others[_i].patience, now - others[_i].success, now),
	    others[_i].over);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *words;
} spans[] = {
    {0, "0 s"},
    {119, "119 s"},
    {120, "2 min"},
    {2 * HOUR - 1, "119 min"},
    {2 * HOUR, "2 h"},
    {2 * DAY - 1, "47 h"},
    {2 * DAY, "2 days"},
    {400 * DAY, "400 days"},
};

START_TEST(a_time_span_is_printed_in_a_suitable_unit)
{
	char out[32];

	patience_words(spans[_i].seconds, out, sizeof(out));
	ck_assert_str_eq(out, spans[_i].words);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("patience");
	TCase *c = check_case(s, "patience");

	LOOP_OVER(c, a_failure_is_reported_once_it_has_lasted_and_then_once_a_day, cases);
	LOOP_OVER(c, the_lock_of_another_run_is_tolerated_for_at_least_a_day, others);
	LOOP_OVER(c, a_time_span_is_printed_in_a_suitable_unit, spans);
	return check_main(s);
}
