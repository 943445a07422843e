#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "check_main.h"

START_TEST(an_empty_buffer_is_an_empty_string)
{
	struct buf b = {0};

	ck_assert_str_eq(buf_string(&b), "");
	ck_assert_uint_eq(b.length, 0);
	buf_free(&b);
}
END_TEST

START_TEST(appended_bytes_strings_and_formats_are_concatenated)
{
	struct buf b = {0};

	buf_append(&b, "a\0b", 3);
	buf_append_string(&b, "cd");
	buf_append_format(&b, "%d-%s", 12, "e");
	buf_append(&b, NULL, 0);
	ck_assert_uint_eq(b.length, 9);
	ck_assert_mem_eq(b.data, "a\0bcd12-e", 9);
	ck_assert_int_eq(buf_string(&b)[9], '\0');
	ck_assert_uint_eq(b.length, 9);
	buf_free(&b);
	ck_assert_ptr_eq(b.data, NULL);
	ck_assert_uint_eq(b.length, 0);
	ck_assert_uint_eq(b.capacity, 0);
}
END_TEST

START_TEST(a_buffer_keeps_its_content_while_it_grows)
{
	struct buf b = {0};

	for (int i = 0; i < 100000; i++) {
		char c = (char)(unsigned char)(i * 7);

		buf_append(&b, &c, 1);
	}
	ck_assert_uint_eq(b.length, 100000);
	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq((unsigned char)b.data[i], (i * 7) & 255);
	buf_free(&b);
}
END_TEST

START_TEST(reserved_room_can_be_filled)
{
	struct buf b = {0};
	char *room;

	buf_append_string(&b, "head");
	room = buf_reserve(&b, 1000);
	ck_assert_ptr_eq(room, b.data + 4);
	ck_assert_uint_ge(b.capacity, 1004);
	memset(room, 'x', 1000);
	ck_assert_uint_eq(b.length, 4);
	b.length += 1000;
	ck_assert_uint_eq(strlen(buf_string(&b)), 1004);
	buf_free(&b);
}
END_TEST

START_TEST(consuming_drops_the_front)
{
	struct buf b = {0};

	buf_consume(&b, 0);
	buf_append_string(&b, "abcdef");
	buf_consume(&b, 0);
	ck_assert_str_eq(buf_string(&b), "abcdef");
	buf_consume(&b, 4);
	ck_assert_str_eq(buf_string(&b), "ef");
	buf_consume(&b, 2);
	ck_assert_str_eq(buf_string(&b), "");
	buf_free(&b);
}
END_TEST

START_TEST(clearing_keeps_the_memory)
{
	struct buf b = {0};
	char *data;

	buf_append_string(&b, "something");
	data = b.data;
	buf_clear(&b);
	ck_assert_uint_eq(b.length, 0);
	ck_assert_ptr_eq(b.data, data);
	buf_append_string(&b, "x");
	ck_assert_str_eq(buf_string(&b), "x");
	buf_wipe(&b);
	ck_assert_ptr_eq(b.data, NULL);
	buf_wipe(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("buf");
	TCase *c = check_case(s, "buf");

	tcase_add_test(c, an_empty_buffer_is_an_empty_string);
	tcase_add_test(c, appended_bytes_strings_and_formats_are_concatenated);
	tcase_add_test(c, a_buffer_keeps_its_content_while_it_grows);
	tcase_add_test(c, reserved_room_can_be_filled);
	tcase_add_test(c, consuming_drops_the_front);
	tcase_add_test(c, clearing_keeps_the_memory);
	return check_main(s);
}
