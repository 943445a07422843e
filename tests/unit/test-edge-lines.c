#include "config.h"

#include <string.h>

#include "check_main.h"
#include "policy/edge_lines.h"

static const struct {
	const char *message;
	bool foreign;
} messages[] = {
    {"", false},
    {"\n", true},
    {"\r\n", true},
    {"\r\nSubject: 1\r\n", true},
    {"\nSubject: 1\n", true},
    {"Subject: 1\r\n\r\nbody\r\n", false},
    {"Subject: 1\n\nbody\n\n\n", false},
    {"\rSubject: 1\r\n", false},
    {"+OK 120 octets\r\nSubject: 1\r\n\r\nbody\r\n", true},
    {"+OK\r\nSubject: 1\r\n\r\nbody\r\n", true},
    {"+OK\nSubject: 1\n", true},
    {"+OKAY: 1\r\n\r\nbody\r\n", false},
    {"-ERR no\r\n", true},
    {"-ERROR no\r\n", false},
    {"Subject: 1\r\n\r\nbody\r\n+OK 1 uid\r\n", true},
    {"Subject: 1\r\n\r\nbody\r\n+OK\r\n", true},
    {"Subject: 1\r\n\r\nbody\r\n+OK", true},
    {"Subject: 1\r\n\r\nbody\r\n-ERR\tread error\n", true},
    {"Subject: 1\r\n\r\n+OK 1 uid\r\nbody\r\n", false},
    {"Subject: 1\r\n\r\nbody +OK 1\r\n", false},
    {"Subject: 1\r\n\r\n+OK 1\r\n\r\n", false},
};

static struct edge_lines add_in_pieces(const char *message, size_t length, size_t piece)
{
	struct edge_lines e = {0};

	for (size_t at = 0; at < length; at += piece)
		edge_lines_add(&e, message + at, piece < length - at ? piece : length - at);
	return e;
}

START_TEST(a_foreign_first_or_last_line_is_detected)
{
	const char *message = messages[_i].message;
	size_t length = strlen(message);

	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct edge_lines e = add_in_pieces(message, length, piece);

		ck_assert_int_eq(edge_lines_are_foreign(&e), messages[_i].foreign);
	}
}
END_TEST

static const struct {
	const char *message;
	bool crlf, found;
} ends[] = {
    {"", false, false},
    {"\n", false, false},
    {"\r\n", false, true},
    {"\r\n", true, false},
    {"\r\r\n", true, true},
    {"end\r\n", false, true},
    {"end\r\n", true, false},
    {"end\r\r\n", true, true},
    {"end\r\r\n", false, true},
    {"end\r.\r\n", true, false},
    {"end\r.\n", false, false},
    {"end\r\n\n", false, false},
    {"end\r", false, false},
};

START_TEST(a_cr_before_the_last_line_ending_is_detected)
{
	const char *message = ends[_i].message;
	size_t length = strlen(message);

	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct edge_lines e = add_in_pieces(message, length, piece);

		ck_assert_int_eq(edge_lines_end_with_cr(&e, ends[_i].crlf), ends[_i].found);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("edge lines");
	TCase *c = check_case(s, "message");

	LOOP_OVER(c, a_foreign_first_or_last_line_is_detected, messages);
	LOOP_OVER(c, a_cr_before_the_last_line_ending_is_detected, ends);
	return check_main(s);
}
