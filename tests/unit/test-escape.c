#include "config.h"

#include <string.h>

#include "base/escape.h"
#include "check_main.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t length;
	const char *shown;
} texts[] = {
    {TEXT(""), ""},
    {TEXT("plain ASCII ~!"), "plain ASCII ~!"},
    {TEXT("a\\b"), "a\\b"},
    /* UTF-8 at the limits of each length */
    {TEXT("\xc2\xa0 \xdf\xbf"), "\xc2\xa0 \xdf\xbf"},
    {TEXT("\xe0\xa0\x80 \xef\xbf\xbd"), "\xe0\xa0\x80 \xef\xbf\xbd"},
    {TEXT("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"},
    {TEXT("\xed\x9f\xbf \xee\x80\x80"), "\xed\x9f\xbf \xee\x80\x80"},
    /* overlong */
    {TEXT("\xc0\x80"), "\\xc0\\x80"},
    {TEXT("\xc1\xbf"), "\\xc1\\xbf"},
    {TEXT("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf"},
    {TEXT("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf"},
    /* surrogates, code points above U+10FFFF, and bytes that never occur */
    {TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
    {TEXT("\xed\xbf\xbf"), "\\xed\\xbf\\xbf"},
    {TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"},
    {TEXT("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80"},
    {TEXT("\xfe\xff"), "\\xfe\\xff"},
    /* truncated sequences, stray continuation bytes, and a lead byte before ASCII */
    {TEXT("\x80"), "\\x80"},
    {TEXT("\xc3"), "\\xc3"},
    {TEXT("\xe2\x82"), "\\xe2\\x82"},
    {TEXT("\xf0\x9f\x93"), "\\xf0\\x9f\\x93"},
    {TEXT("\xc3z"), "\\xc3z"},
    {TEXT("\xe2\x82z"), "\\xe2\\x82z"},
    {TEXT("\xe2\xc3\xbc"), "\\xe2\xc3\xbc"},
    /* C0, DEL, C1 */
    {TEXT("\0"), "\\x00"},
    {TEXT("a\0b"), "a\\x00b"},
    {TEXT("\r\n\t\x1b[31m"), "\\x0d\\x0a\\x09\\x1b[31m"},
    {TEXT("\x1f \x7e\x7f"), "\\x1f ~\\x7f"},
    {TEXT("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f"},
    {TEXT("\xc2\x9b"), "\\xc2\\x9b"},
    /* line separator, paragraph separator, and their harmless neighbors */
    {TEXT("\xe2\x80\xa8\xe2\x80\xa9"), "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"},
    {TEXT("\xe2\x80\xa7\xe2\x80\xaf"), "\xe2\x80\xa7\xe2\x80\xaf"},
    /* bidirectional marks, embeddings, overrides and isolates */
    {TEXT("\xe2\x80\x8e"), "\\xe2\\x80\\x8e"},
    {TEXT("\xe2\x80\x8f"), "\\xe2\\x80\\x8f"},
    {TEXT("\xe2\x80\xaa"), "\\xe2\\x80\\xaa"},
    {TEXT("\xe2\x80\xae"), "\\xe2\\x80\\xae"},
    {TEXT("\xe2\x81\xa6"), "\\xe2\\x81\\xa6"},
    {TEXT("\xe2\x81\xa9"), "\\xe2\\x81\\xa9"},
    {TEXT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf"},
    {TEXT("a\xd8\x9c"), "a\\xd8\\x9c"},
    /* soft hyphen, zero width space, non-joiner, joiner, word joiner, and visible neighbors */
    {TEXT("\xc2\xac\xc2\xad\xc2\xae"), "\xc2\xac\\xc2\\xad\xc2\xae"},
    {TEXT("\xe2\x80\x8a\xe2\x80\x8b"), "\xe2\x80\x8a\\xe2\\x80\\x8b"},
    {TEXT("\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0"), "\\xe2\\x80\\x8c\\xe2\\x80\\x8d\\xe2\\x81\\xa0"},
    /* combining grapheme joiner, Hangul fillers, Mongolian vowel separator, deprecated format characters */
    {TEXT("\xcd\x8f"), "\\xcd\\x8f"},
    {TEXT("\xe1\x85\x9f\xe3\x85\xa4\xef\xbe\xa0"), "\\xe1\\x85\\x9f\\xe3\\x85\\xa4\\xef\\xbe\\xa0"},
    {TEXT("\xe1\xa0\x8e"), "\\xe1\\xa0\\x8e"},
    {TEXT("\xe2\x81\xaa\xe2\x81\xaf"), "\\xe2\\x81\\xaa\\xe2\\x81\\xaf"},
    /* interlinear annotation; the replacement character is visible */
    {TEXT("\xef\xbf\xb9\xef\xbf\xbb\xef\xbf\xbd"), "\\xef\\xbf\\xb9\\xef\\xbf\\xbb\xef\xbf\xbd"},
    /* tags, reserved places beside them, and further variation selectors */
    {TEXT("\xf3\xa0\x80\x81\xf3\xa0\x81\x81"), "\\xf3\\xa0\\x80\\x81\\xf3\\xa0\\x81\\x81"},
    {TEXT("\xf3\xa0\x82\x80\xf3\xa0\x84\x80"), "\\xf3\\xa0\\x82\\x80\\xf3\\xa0\\x84\\x80"},
    /* variation selectors: U+FE00 never, U+FE0F once after a character that is not ASCII */
    {TEXT("\xe2\x9d\xa4\xef\xb8\x80"), "\xe2\x9d\xa4\\xef\\xb8\\x80"},
    {TEXT("\xe2\x9d\xa4\xef\xb8\x8f!"), "\xe2\x9d\xa4\xef\xb8\x8f!"},
    {TEXT("\xe2\x9d\xa4\xef\xb8\x8f\xef\xb8\x8f"), "\xe2\x9d\xa4\xef\xb8\x8f\\xef\\xb8\\x8f"},
    {TEXT("me\xef\xb8\x8f"), "me\\xef\\xb8\\x8f"},
    {TEXT("\xef\xb8\x8f"), "\\xef\\xb8\\x8f"},
};

START_TEST(text_unsafe_for_a_terminal_is_escaped)
{
	char out[128];
	size_t length = escape_text(out, sizeof(out), texts[_i].text, texts[_i].length);

	ck_assert_str_eq(out, texts[_i].shown);
	ck_assert_uint_eq(length, strlen(out));
}
END_TEST

START_TEST(no_single_byte_produces_a_control_character)
{
	for (int c = 0; c < 256; c++) {
		char in = (char)(unsigned char)c, out[16];
		size_t length = escape_text(out, sizeof(out), &in, 1);

		ck_assert_uint_eq(length, c >= 0x20 && c < 0x7f ? 1 : 4);
		for (size_t i = 0; i < length; i++)
			ck_assert(out[i] >= 0x20 && out[i] < 0x7f);
	}
}
END_TEST

/* Characters, and the length of their escaped forms. */
static const struct {
	const char *character;
	size_t octets;
	size_t shown;
} widths[] = {
    {"a", 1, 1},
    {"\xc3\xbc", 2, 2},
    {"\xe2\x82\xac", 3, 3},
    {"\xf0\x9f\x93\xac", 4, 4},
    {"\x01", 1, 4},
    {"\xe2\x80\xae", 3, 12},
    {"\xff", 1, 4},
};

/* Escapes a character `count` times into a buffer of `size` bytes, and checks the result. */
static void check_cut(int which, size_t count, size_t size)
{
	char text[256], whole[512], out[512];
	size_t octets = widths[which].octets, full = count * widths[which].shown;
	/* An escape is four bytes that belong together; the bytes of one character may be cut apart. */
	size_t unit = widths[which].shown > 4 ? 4 : widths[which].shown;
	size_t length, kept;

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * octets, widths[which].character, octets);
	escape_text(whole, sizeof(whole), text, count * octets);
	ck_assert_uint_eq(strlen(whole), full);
	memset(out, '#', sizeof(out));
	length = escape_text(out, size, text, count * octets);
	ck_assert_uint_eq(length, strlen(out));
	ck_assert_int_eq(out[size], '#');
	if (full < size) {
		ck_assert_str_eq(out, whole);
		return;
	}
	kept = (size - 4) / unit * unit;
	ck_assert_uint_eq(length, kept + 3);
	ck_assert_mem_eq(out, whole, kept);
	ck_assert_str_eq(out + kept, "...");
}

START_TEST(long_text_is_cut_between_characters_or_escapes)
{
	for (size_t count = 0; count <= 20; count++) {
		for (size_t size = 4; size <= 20 * widths[_i].shown + 4; size++)
			check_cut(_i, count, size);
	}
}
END_TEST

START_TEST(text_that_just_fits_is_not_cut)
{
	char out[9];

	ck_assert_uint_eq(escape_text(out, 9, "12345678", 8), 8);
	ck_assert_str_eq(out, "12345678");
	ck_assert_uint_eq(escape_text(out, 8, "12345678", 8), 7);
	ck_assert_str_eq(out, "1234...");
}
END_TEST

START_TEST(the_byte_after_the_text_is_not_read)
{
	char out[16];

	/* Bytes after the given length would complete the character. */
	escape_text(out, sizeof(out), "\xe2\x82\xac", 2);
	ck_assert_str_eq(out, "\\xe2\\x82");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("escape");
	TCase *c = check_case(s, "escape");

	LOOP_OVER(c, text_unsafe_for_a_terminal_is_escaped, texts);
	tcase_add_test(c, no_single_byte_produces_a_control_character);
	LOOP_OVER(c, long_text_is_cut_between_characters_or_escapes, widths);
	tcase_add_test(c, text_that_just_fits_is_not_cut);
	tcase_add_test(c, the_byte_after_the_text_is_not_read);
	return check_main(s);
}
