#include "config.h"

#include <string.h>

#include "check_main.h"
#include "policy/edge_fields.h"

static const struct {
	const char *message;
	uint64_t octets;
	bool have;
} messages[] = {
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 6, true},
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 13, true},
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 8, true},
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 15, true},
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 7, false},
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\nD: 4\r\n", 14, false},
    {"A: 1\nBb: 2\nCcc: 3\n\nD: 4\n", 6, true},
    {"A: 1\nBb: 2\nCcc: 3\n\nD: 4\n", 13, true},
    {"A: 1\nBb: 2\nCcc: 3\n\nD: 4\n", 5, false},
    /* The complete header is not an addition. A field continues over its folded lines. */
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n\r\n", 21, false},
    {"A: 1\r\n 2\r\n\t3\r\nBb: 2\r\n\r\n", 6, false},
    {"A: 1\r\n 2\r\n\t3\r\nBb: 2\r\n\r\n", 14, true},
    /* Four fields at each end are examined. */
    {"A:1\nB:2\nC:3\nD:4\nEe:5\nF:6\nG:7\nH:8\nIii:9\n\nbody\n", 20, true},
    {"A:1\nB:2\nC:3\nD:4\nEe:5\nF:6\nG:7\nH:8\nIii:9\n\nbody\n", 22, true},
    {"A:1\nB:2\nC:3\nD:4\nEe:5\nF:6\nG:7\nH:8\nIii:9\n\nbody\n", 26, false},
    {"A:1\nB:2\nC:3\nD:4\nEe:5\nF:6\nG:7\nH:8\nIii:9\n\nbody\n", 28, false},
    /* A header without an end, an empty header, and a header of one field. */
    {"A: 1\r\nBb: 2\r\nCcc: 3\r\n", 6, false},
    {"\r\nA: 1\r\nBb: 2\r\n\r\n", 6, false},
    {"A: 1\r\n\r\nbody\r\n", 6, false},
    {"", 0, false},
};

START_TEST(added_bytes_may_be_the_first_or_last_fields_of_a_header)
{
	const char *message = messages[_i].message;
	size_t length = strlen(message);

	for (size_t piece = 1; piece <= length + 1; piece++) {
		struct edge_fields e = {0};

		for (size_t at = 0; at < length; at += piece)
			edge_fields_add(&e, message + at, piece < length - at ? piece : length - at);
		ck_assert_int_eq(edge_fields_have(&e, messages[_i].octets), messages[_i].have);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("edge fields");

	LOOP_OVER(check_case(s, "message"), added_bytes_may_be_the_first_or_last_fields_of_a_header, messages);
	return check_main(s);
}
