#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "check_main.h"
#include "ui/columns.h"

/* a with a combining diaeresis, a CJK character, an emoji */
#define COMBINED "a\xcc\x88"
#define WIDE "\xe6\x97\xa5"
#define EMOJI "\xf0\x9f\x98\x80"

static const struct {
	const char *text;
	size_t width;
} widths[] = {
    {"", 0}, {"abc", 3}, {"\xc3\xa4", 1}, {COMBINED, 1}, {WIDE, 2}, {EMOJI, 2},
    {"\xff", 1}, /* not expected: texts are escaped */
};

START_TEST(a_text_takes_the_columns_of_its_characters)
{
	ck_assert_uint_eq(columns_width(widths[_i].text), widths[_i].width);
}
END_TEST

static const struct {
	const char *text;
	size_t columns;
	const char *fitted;
} fits[] = {
    {"abc", 5, "abc  "},
    {"abc", 3, "abc"},
    {"abcdef", 5, "ab..."},
    {"abcdef", 2, ".."},
    {"abcdef", 0, ""},
    {COMBINED "b", 4, COMBINED "b  "},
    {COMBINED COMBINED COMBINED COMBINED COMBINED COMBINED, 5, COMBINED COMBINED "..."},
    {WIDE WIDE WIDE, 6, WIDE WIDE WIDE},
    {WIDE WIDE WIDE, 5, WIDE "..."},
    {WIDE WIDE WIDE WIDE, 6, WIDE "... "},
};

START_TEST(a_text_is_cut_or_padded_to_the_columns)
{
	struct buf out = {0};

	columns_fit(&out, fits[_i].text, fits[_i].columns);
	ck_assert_str_eq(buf_string(&out), fits[_i].fitted);
	buf_free(&out);
}
END_TEST

static const struct {
	const char *text;
	size_t columns, first, indent;
	const char *wrapped;
} wraps[] = {
    {"", 10, 0, 2, ""},
    {"one two three", 0, 5, 2, "one two three"},
    {"one two three", 80, 5, 2, "one two three"},
    {"one two three", 7, 0, 2, "one two\n  three"},
    {"one two three", 6, 0, 2, "one\n  two\n  three"},
    {"one two", 10, 4, 2, "one\n  two"},
    {"one two", 11, 4, 2, "one two"},
    {"a-word-that-is-too-long b", 10, 0, 2, "a-word-that-is-too-long\n  b"},
    {"b a-word-that-is-too-long", 10, 0, 2, "b\n  a-word-that-is-too-long"},
    {"two  blanks", 80, 0, 2, "two  blanks"},
    {WIDE " " WIDE " " WIDE, 5, 0, 1, WIDE " " WIDE "\n " WIDE},
    {COMBINED " " COMBINED, 3, 0, 1, COMBINED " " COMBINED},
};

START_TEST(a_text_is_broken_between_words)
{
	struct buf out = {0};

	columns_wrap(&out, wraps[_i].text, wraps[_i].columns, wraps[_i].first, wraps[_i].indent);
	ck_assert_str_eq(buf_string(&out), wraps[_i].wrapped);
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("columns");
	TCase *c = check_case(s, "columns");

	LOOP_OVER(c, a_text_takes_the_columns_of_its_characters, widths);
	LOOP_OVER(c, a_text_is_cut_or_padded_to_the_columns, fits);
	LOOP_OVER(c, a_text_is_broken_between_words, wraps);
	return check_main(s);
}
