#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "check_main.h"

enum {
	LONGEST = 100, /* several blocks of the scan, and a remainder */
	MANY = 20000,  /* more occurrences of one byte than a vector element can count */
};

static const char wanted[] = {'\n', '\0', '\xff', 'x'};

/* Makes `length` bytes at the end of their memory, none of them `octet`. The caller frees them. */
static char *make_bytes(size_t length, char octet)
{
	char *made = malloc(length > 0 ? length : 1);

	ck_assert_ptr_nonnull(made);
	for (size_t i = 0; i < length; i++) {
		made[i] = (char)(i * 37);
		if (made[i] == octet)
			made[i] ^= 1;
	}
	return made;
}

START_TEST(a_copy_stops_before_the_first_matching_byte)
{
	char octet = wanted[_i];

	for (size_t length = 0; length <= LONGEST; length++) {
		for (size_t place = 0; place <= length; place++) {
			char *from = make_bytes(length, octet), *out = malloc(place + SCAN_SLACK + 1);

			ck_assert_ptr_nonnull(out);
			if (place < length) {
				from[place] = octet;
				from[length - 1] = octet;
			}
			out[place + SCAN_SLACK] = '!';
			ck_assert_uint_eq((size_t)(scan_copy(from, from + length, octet, out) - from), place);
			ck_assert_mem_eq(out, from, place);
			ck_assert_int_eq(out[place + SCAN_SLACK], '!');
			free(from);
			free(out);
		}
	}
}
END_TEST

START_TEST(a_copy_can_begin_and_end_at_any_offset)
{
	char from[LONGEST], out[LONGEST + SCAN_SLACK];

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = i % 7 == 6 ? '\n' : (char)('a' + i % 7);
	for (size_t begin = 0; begin < sizeof(from); begin++) {
		const char *at = from + begin, *end = from + sizeof(from);
		char *copy = out;

		while (at < end) {
			const char *stop = scan_copy(at, end, '\n', copy);

			copy += stop - at;
			at = stop;
			if (at < end)
				*copy++ = *at++;
		}
		ck_assert_uint_eq((size_t)(copy - out), sizeof(from) - begin);
		ck_assert_mem_eq(out, from + begin, sizeof(from) - begin);
	}
}
END_TEST

START_TEST(a_byte_is_counted_at_any_offset)
{
	char octet = wanted[_i];

	for (size_t length = 0; length <= LONGEST; length++) {
		char *bytes = make_bytes(length, octet);

		ck_assert_uint_eq(scan_count(bytes, length, octet), 0);
		for (size_t place = 0; place < length; place++) {
			char before = bytes[place];

			bytes[place] = octet;
			ck_assert_uint_eq(scan_count(bytes, length, octet), 1);
			bytes[place] = before;
		}
		free(bytes);
	}
}
END_TEST

START_TEST(any_number_of_matching_bytes_is_counted)
{
	char *bytes = malloc(MANY);

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, wanted[_i], MANY);
	for (size_t length = MANY - LONGEST; length <= MANY; length++)
		ck_assert_uint_eq(scan_count(bytes, length, wanted[_i]), length);
	free(bytes);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan");
	TCase *c = check_case(s, "scan");

	LOOP_OVER(c, a_copy_stops_before_the_first_matching_byte, wanted);
	tcase_add_test(c, a_copy_can_begin_and_end_at_any_offset);
	LOOP_OVER(c, a_byte_is_counted_at_any_offset, wanted);
	LOOP_OVER(c, any_number_of_matching_bytes_is_counted, wanted);
	return check_main(s);
}
