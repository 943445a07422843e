#include "config.h"

#include <string.h>

#include "check_main.h"
#include "policy/marks.h"

#define TEXT(literal) literal, sizeof(literal) - 1

/* A message, and the same without the fields that mail stores write. */
static const struct {
	const char *message;
	size_t length;
	const char *bare;
	size_t bare_length;
	uint64_t mark_octets; /* counted with CRLF line ends */
} messages[] = {
    {TEXT("Subject: a\n\nbody\n"), TEXT("Subject: a\n\nbody\n"), 0},
    {TEXT("Subject: a\nStatus: RO\n\nbody\n"), TEXT("Subject: a\n\nbody\n"), 12},
    {TEXT("Subject: a\r\nStatus: RO\r\n\r\nbody\r\n"), TEXT("Subject: a\r\n\r\nbody\r\n"), 12},
    {TEXT("Status: RO\nX-Status: A\nA: b\nX-UID: 7\n\nb\n"), TEXT("A: b\n\nb\n"), 35},
    {TEXT("X-Keywords: a\n b\n\tc\nA: b\n c\n\n"), TEXT("A: b\n c\n\n"), 23},
    {TEXT("A: b\n\nStatus: RO\n"), TEXT("A: b\n\nStatus: RO\n"), 0},
    {TEXT("A: b\r\n\r\nStatus: RO\r\n"), TEXT("A: b\r\n\r\nStatus: RO\r\n"), 0},
    {TEXT("\nStatus: RO\n"), TEXT("\nStatus: RO\n"), 0},
    {TEXT("STATUS: RO\nStatu: RO\nStatuss: RO\n\n"), TEXT("Statu: RO\nStatuss: RO\n\n"), 12},
    {TEXT("X-Label: mine\nA: b\nX-Mozilla-Status2: 1\n\nb\n"), TEXT("A: b\n\nb\n"), 37},
    {TEXT("Status\nA: b\n\n"), TEXT("Status\nA: b\n\n"), 0},
    {TEXT("Lines: 1\n"), TEXT(""), 10},
    {TEXT("Lines: 1"), TEXT(""), 8},
    {TEXT("Lines"), TEXT("Lines"), 0},
    {TEXT("A-name-of-exactly-24-char: x\nLines: 1\n\n"), TEXT("A-name-of-exactly-24-char: x\n\n"), 10},
    {TEXT(""), TEXT(""), 0},
};

static void digest_of(const char *bytes, size_t length, unsigned char out[DIGEST_SIZE])
{
	struct digest d;

	digest_start(&d);
	digest_add(&d, bytes, length);
	digest_end(&d, out);
}

START_TEST(the_bare_digest_ignores_fields_of_mail_stores_however_the_input_is_split)
{
	size_t length = messages[_i].length;
	unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE], expected[DIGEST_SIZE], expected_bare[DIGEST_SIZE];
	bool marked = messages[_i].mark_octets > 0;

	digest_of(messages[_i].message, length, expected);
	digest_of(messages[_i].bare, messages[_i].bare_length, expected_bare);
	for (size_t first = 0; first <= length; first++) {
		for (size_t second = first; second <= length; second++) {
			struct marks m;

			marks_start(&m);
			marks_add(&m, messages[_i].message, first);
			marks_add(&m, messages[_i].message + first, second - first);
			marks_add(&m, messages[_i].message + second, length - second);
			ck_assert_int_eq(marks_end(&m, whole, bare), marked);
			ck_assert_mem_eq(whole, expected, DIGEST_SIZE);
			ck_assert_mem_eq(bare, expected_bare, DIGEST_SIZE);
			ck_assert_uint_eq(m.mark_octets, messages[_i].mark_octets);
		}
	}
}
END_TEST

static const struct {
	const char *message;
	bool no_length, has_body;
} lengths[] = {
    {"Content-Length: 0\n\nbody\n", true, true},
    {"content-length:00 \r\n\r\nbody\r\n", true, true},
    {"Content-Length: 0\nA: b\n\n", true, false},
    {"Content-Length: 10\n\nbody\n", false, true},
    {"Content-Length: x0\n\nbody\n", false, true},
    {"Content-Length:\nLines: 0\n\nbody\n", false, true},
    {"A: b\n\nContent-Length: 0\n", false, true},
};

START_TEST(a_content_length_of_0_is_noticed_however_the_input_is_split)
{
	const char *message = lengths[_i].message;
	size_t length = strlen(message);

	for (size_t first = 0; first <= length; first++) {
		unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE];
		struct marks m;

		marks_start(&m);
		marks_add(&m, message, first);
		marks_add(&m, message + first, length - first);
		(void)marks_end(&m, whole, bare);
		ck_assert_int_eq(m.no_length, lengths[_i].no_length);
		ck_assert_int_eq(m.has_body, lengths[_i].has_body);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("marks");
	TCase *t = tcase_create("marks");

	LOOP_OVER(t, the_bare_digest_ignores_fields_of_mail_stores_however_the_input_is_split, messages);
	LOOP_OVER(t, a_content_length_of_0_is_noticed_however_the_input_is_split, lengths);
	suite_add_tcase(s, t);
	return check_main(s);
}
