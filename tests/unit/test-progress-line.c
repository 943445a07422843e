#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "ui/progress_line.h"

static struct progress_line line;
static struct buf out;

static void leave(void)
{
	buf_free(&out);
}

/* Draws once, and checks the properties of every line. */
static const char *draw(const char *name, struct progress_style style, int columns, int64_t now)
{
	int taken;

	buf_clear(&out);
	taken = progress_line_write(&line, name, &style, columns, now, &out);
	ck_assert_int_le(taken, columns);
	if (!style.utf8 && !style.color)
		ck_assert_uint_eq(out.length, (size_t)taken);
	return buf_string(&out);
}

static void advance(uint64_t messages, uint64_t all, uint64_t octets, uint64_t octets_all, int64_t now)
{
	progress_line_advance(&line, &(struct advance){messages, all, octets, octets_all}, now);
}

static const struct progress_style ascii = {.name_columns = 4};

static const struct {
	int columns;
	const char *shown;
} widths[] = {
    {140,
	"work  [########################################------------------]     37/120     8.4 MB/12.0 MB    1.2 MB/s    0:03"},
    {79, "work  [##############-------]     37/120     8.4 MB/12.0 MB    1.2 MB/s    0:03"},
    {60, "work  [#########-----]     37/120     8.4 MB/12.0 MB    0:03"},
    {39, "work  [########----]     37/120    0:03"},
    {30, "work  [#######----]     37/120"},
    {24, "work  37/120"},
    {9, "work  37/"},
    {6, "work  "},
    {5, "work"},
    {3, "wor"},
    {0, ""},
};

START_TEST(a_narrow_terminal_hides_less_important_fields)
{
	advance(0, 120, 0, 12000000, 1000);
	advance(37, 120, 8400000, 12000000, 8000);
	ck_assert_str_eq(draw("work", ascii, widths[_i].columns, 8000), widths[_i].shown);
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
	static const char *const names[] = {"a", "work",
	    "a.rather.long.name@of.somebody-and-more.of.it.to.come.here.0123"};

	advance(99999, 1000000, UINT64_C(999949000000), UINT64_MAX, 0);
	for (int columns = 0; columns < 250; columns++) {
		for (size_t i = 0; i < COUNT(names); i++)
			draw(names[i], (struct progress_style){.name_columns = (int)strlen(names[i])}, columns, 5000);
	}
}
END_TEST

START_TEST(the_bars_of_all_lines_are_aligned)
{
	const struct progress_style style = {.name_columns = 8};
	size_t from, to;

	advance(1, 2, 1, 2, 0);
	from = strcspn(draw("a", style, 79, 5000), "[");
	to = strcspn(draw("a", style, 79, 5000), "]");
	advance(999, 9999, 900000, 99999999, 10000);
	ck_assert_uint_eq(strcspn(draw("personal", style, 79, 15000), "["), from);
	ck_assert_uint_eq(strcspn(draw("personal", style, 79, 15000), "]"), to);
}
END_TEST

START_TEST(a_long_name_is_cut)
{
	advance(1, 2, 1, 2, 0);
	ck_assert_ptr_nonnull(
	    strstr(draw("a-name-of-more-than-a-quarter", (struct progress_style){.name_columns = 29}, 79, 1),
		"a-name-of-more-than  ["));
}
END_TEST

START_TEST(a_line_without_numbers_shows_words)
{
	ck_assert_str_eq(draw("work", ascii, 79, 0), "work  connecting");
	ck_assert_str_eq(draw("work", ascii, 10, 0), "work  conn");
	advance(0, 0, 0, 0, 0);
	ck_assert_str_eq(draw("work", ascii, 79, 0), "work  nothing to fetch");
}
END_TEST

/* The sizes of LIST are only estimates. */
START_TEST(progress_never_exceeds_the_listed_bytes)
{
	advance(1, 2, 500, 100, 0);
	ck_assert_ptr_nonnull(strstr(draw("work", ascii, 79, 1000), "[###"));
	ck_assert_ptr_null(strstr(buf_string(&out), "#-"));
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "100 B/100 B"));
	ck_assert_ptr_nonnull(strstr(buf_string(&out), "0:00"));
}
END_TEST

START_TEST(the_bar_counts_messages_if_sizes_are_unknown)
{
	advance(1, 2, 0, 0, 0);
	ck_assert_ptr_nonnull(strstr(draw("work", ascii, 79, 1000), "[##########-----------]"));
}
END_TEST

static const struct {
	uint64_t left;
	const char *shown;
} times[] = {
    {0, " 0:00"},
    {900, " 0:01"},
    {59000, " 0:59"},
    {61000, " 1:01"},
    {3599000, " 59:59"},
    {3661000, " 1:01:01"},
    {359999000, " 99:59:59"},
    {360000000, " -:--"},
    {UINT64_MAX / 2, " -:--"},
};

START_TEST(the_time_left_is_computed_from_the_current_rate)
{
	const char *end;

	advance(0, 2, 0, 1000 + times[_i].left, 0);
	advance(1, 2, 1000, 1000 + times[_i].left, 1000);
	end = draw("work", ascii, 79, 1000);
	ck_assert_str_eq(end + strlen(end) - strlen(times[_i].shown), times[_i].shown);
}
END_TEST

START_TEST(the_rate_decreases_while_the_server_is_silent)
{
	double before;

	advance(0, 2, 0, 100000, 0);
	advance(1, 2, 50000, 100000, 1000);
	before = line.rate;
	for (int64_t now = 2000; now < 40000; now += 1000)
		draw("work", ascii, 79, now);
	ck_assert(line.rate < before / 1000);
}
END_TEST

START_TEST(a_second_session_starts_from_zero)
{
	advance(0, 9, 0, 900, 0);
	advance(5, 9, 500, 900, 2000);
	advance(0, 4, 0, 400, 3000);
	ck_assert_ptr_nonnull(
	    strstr(draw("work", ascii, 79, 3000), "[---------------------]        0/4          0 B/400 B       0 B/s"));
}
END_TEST

START_TEST(the_bar_uses_utf8_and_color_if_the_terminal_supports_them)
{
	struct progress_style style = {.name_columns = 4, .utf8 = true};

	advance(1, 2, 0, 0, 0);
	ck_assert_ptr_nonnull(strstr(draw("work", style, 27, 1000),
	    "work  \xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x80"));
	style.color = true;
	ck_assert_ptr_nonnull(strstr(draw("work", style, 27, 1000),
	    "work  \033[32m\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\xe2\x94\x81\033[39m\xe2\x94\x80"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("progress-line");
	TCase *c = check_case(s, "progress-line");

	tcase_add_checked_fixture(c, NULL, leave);
	LOOP_OVER(c, a_narrow_terminal_hides_less_important_fields, widths);
	tcase_add_test(c, no_line_is_wider_than_the_terminal);
	tcase_add_test(c, the_bars_of_all_lines_are_aligned);
	tcase_add_test(c, a_long_name_is_cut);
	tcase_add_test(c, a_line_without_numbers_shows_words);
	tcase_add_test(c, progress_never_exceeds_the_listed_bytes);
	tcase_add_test(c, the_bar_counts_messages_if_sizes_are_unknown);
	LOOP_OVER(c, the_time_left_is_computed_from_the_current_rate, times);
	tcase_add_test(c, the_rate_decreases_while_the_server_is_silent);
	tcase_add_test(c, a_second_session_starts_from_zero);
	tcase_add_test(c, the_bar_uses_utf8_and_color_if_the_terminal_supports_them);
	return check_main_apart(s);
}
