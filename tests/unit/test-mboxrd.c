#include "config.h"

#include <string.h>

#include "check_main.h"
#include "deliver/mboxrd.h"

static const struct {
	const char *message;
	size_t length;
	const char *stored; /* after the From_ line, including the closing empty line */
	size_t stored_length;
} messages[] = {
#define ROW(message, stored)                                                                                           \
	{                                                                                                              \
		message, sizeof(message) - 1, stored, sizeof(stored) - 1                                               \
	}
    ROW("", "\n"),
    ROW("a\n", "a\n\n"),
    ROW("a", "a\n\n"),
    ROW("\n", "\n\n"),
    ROW("From a\n", ">From a\n\n"),
    ROW(">From a\n", ">>From a\n\n"),
    ROW(">>>>>From a\n", ">>>>>>From a\n\n"),
    ROW("x\nFrom a\nFrom b\n>From c\n", "x\n>From a\n>From b\n>>From c\n\n"),
    ROW("From \n", ">From \n\n"),
    ROW("From ", ">From \n\n"),
    ROW(">From ", ">>From \n\n"),
    ROW("From\n", "From\n\n"),
    ROW("From", "From\n\n"),
    ROW("Fro", "Fro\n\n"),
    ROW("From:a\n", "From:a\n\n"),
    ROW("From\ta\n", "From\ta\n\n"),
    ROW("from a\n", "from a\n\n"),
    ROW(" From a\n", " From a\n\n"),
    ROW("aFrom b\n", "aFrom b\n\n"),
    ROW("F>rom a\n", "F>rom a\n\n"),
    ROW("FFrom a\n", "FFrom a\n\n"),
    ROW("From From a\n", ">From From a\n\n"),
    ROW(">From >From a\n", ">>From >From a\n\n"),
    ROW("Fr\nFrom a\n", "Fr\n>From a\n\n"),
    ROW("> From a\n", "> From a\n\n"),
    ROW(">\nFrom a\n", ">\n>From a\n\n"),
    ROW(">>", ">>\n\n"),
    ROW("a\rFrom b\n", "a\rFrom b\n\n"),
    ROW("\r\nFrom b\n", "\r\n>From b\n\n"),
    ROW("\0From b\n\0\n", "\0From b\n\0\n\n"),
    ROW("\xff\xfe\nFrom \xff\n", "\xff\xfe\n>From \xff\n\n"),
    ROW("a\n\n\n", "a\n\n\n\n"),
#undef ROW
};

static const char head[] = "From a@b Tue Nov 14 22:13:20 2023\n";

/* Stores a message given in three pieces; the caller frees out. */
static void store(const char *bytes, size_t length, size_t first, size_t second, struct buf *out)
{
	struct mboxrd m;

	mboxrd_start(&m, false, "a@b", 1700000000, out);
	mboxrd_add(&m, bytes, first, out);
	mboxrd_add(&m, bytes + first, second - first, out);
	mboxrd_add(&m, bytes + second, length - second, out);
	mboxrd_end(&m, out);
}

START_TEST(a_message_is_quoted_however_it_is_split)
{
	size_t length = messages[_i].length;

	for (size_t first = 0; first <= length; first++) {
		for (size_t second = first; second <= length; second++) {
			struct buf out = {0};

			store(messages[_i].message, length, first, second, &out);
			ck_assert_uint_eq(out.length, sizeof(head) - 1 + messages[_i].stored_length);
			ck_assert_mem_eq(out.data, head, sizeof(head) - 1);
			ck_assert_mem_eq(out.data + sizeof(head) - 1, messages[_i].stored, messages[_i].stored_length);
			buf_free(&out);
		}
	}
}
END_TEST

START_TEST(a_message_is_quoted_byte_by_byte)
{
	struct buf out = {0};
	struct mboxrd m;

	mboxrd_start(&m, false, "a@b", 1700000000, &out);
	for (size_t i = 0; i < messages[_i].length; i++)
		mboxrd_add(&m, messages[_i].message + i, 1, &out);
	mboxrd_end(&m, &out);
	ck_assert_uint_eq(out.length, sizeof(head) - 1 + messages[_i].stored_length);
	ck_assert_mem_eq(out.data + sizeof(head) - 1, messages[_i].stored, messages[_i].stored_length);
	buf_free(&out);
}
END_TEST

/* Removing one '>' before From_ restores the message, except for what was added at its end. */
START_TEST(quoting_can_be_undone)
{
	struct buf out = {0}, back = {0};
	const char *at, *end;

	store(messages[_i].message, messages[_i].length, 0, 0, &out);
	at = out.data + sizeof(head) - 1;
	end = out.data + out.length - 1; /* the closing empty line */
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *next = lf ? lf + 1 : end;
		size_t marks = 0;

		while (at + marks < next && at[marks] == '>')
			marks++;
		if (marks > 0 && (size_t)(next - at) >= marks + 5 && memcmp(at + marks, "From ", 5) == 0)
			at++;
		else
			ck_assert(next - at < 5 || memcmp(at, "From ", 5) != 0);
		buf_append(&back, at, (size_t)(next - at));
		at = next;
	}
	ck_assert_uint_ge(back.length, messages[_i].length);
	ck_assert_uint_le(back.length, messages[_i].length + 1);
	if (messages[_i].length > 0)
		ck_assert_mem_eq(back.data, messages[_i].message, messages[_i].length);
	buf_free(&out);
	buf_free(&back);
}
END_TEST

static const struct {
	const char *message, *stored;
} crlf_messages[] = {
    {"a\r\nFrom b\r\n", "a\r\n>From b\r\n\r\n"},
    {"", "\r\n"},
    {"a", "a\r\n\r\n"},
    {"\r\n", "\r\n\r\n"},
    {">From b", ">>From b\r\n\r\n"},
};

START_TEST(added_lines_end_with_crlf_if_requested)
{
	static const char crlf_head[] = "From a@b Tue Nov 14 22:13:20 2023\r\n";
	struct buf out = {0};
	struct mboxrd m;

	mboxrd_start(&m, true, "a@b", 1700000000, &out);
	mboxrd_add(&m, crlf_messages[_i].message, strlen(crlf_messages[_i].message), &out);
	mboxrd_end(&m, &out);
	ck_assert_uint_eq(strlen(buf_string(&out)), out.length);
	ck_assert_mem_eq(out.data, crlf_head, sizeof(crlf_head) - 1);
	ck_assert_str_eq(buf_string(&out) + sizeof(crlf_head) - 1, crlf_messages[_i].stored);
	buf_free(&out);
}
END_TEST

static const struct {
	int64_t now;
	const char *line;
} dates[] = {
    {0, "From x Thu Jan  1 00:00:00 1970\n"},
    {951782400, "From x Tue Feb 29 00:00:00 2000\n"},
    {4102444799, "From x Thu Dec 31 23:59:59 2099\n"},
    {-1, "From x Wed Dec 31 23:59:59 1969\n"},
    {INT64_MAX, "From x Thu Jan  1 00:00:00 1970\n"},
};

START_TEST(a_from_line_contains_the_utc_date_in_asctime_format)
{
	struct buf out = {0};
	struct mboxrd m;

	mboxrd_start(&m, false, "x", dates[_i].now, &out);
	ck_assert_str_eq(buf_string(&out), dates[_i].line);
	buf_free(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mboxrd");
	TCase *c = check_case(s, "quoting"), *d = check_case(s, "added lines");

	LOOP_OVER(c, a_message_is_quoted_however_it_is_split, messages);
	LOOP_OVER(c, a_message_is_quoted_byte_by_byte, messages);
	LOOP_OVER(c, quoting_can_be_undone, messages);
	LOOP_OVER(d, added_lines_end_with_crlf_if_requested, crlf_messages);
	LOOP_OVER(d, a_from_line_contains_the_utc_date_in_asctime_format, dates);
	return check_main(s);
}
