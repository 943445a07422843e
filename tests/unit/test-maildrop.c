#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/escape.h"
#include "check_main.h"
#include "pop3/maildrop.h"

static struct maildrop maildrop;
static struct error err;

static void teardown(void)
{
	maildrop_free(&maildrop);
	ck_assert_ptr_eq(maildrop.messages, NULL);
	ck_assert_uint_eq(maildrop.count, 0);
}

static bool add_size(const char *line)
{
	error_clear(&err);
	return maildrop_add_size(&maildrop, line, strlen(line), &err);
}

static bool add_uid(const char *line)
{
	error_clear(&err);
	return maildrop_add_uid(&maildrop, line, strlen(line), &err);
}

/* Adds the sizes of messages 1 to count, 100 octets each. */
static void list_up_to(unsigned count)
{
	char line[32];

	for (unsigned i = 1; i <= count; i++) {
		snprintf(line, sizeof(line), "%u 100", i);
		ck_assert(add_size(line));
	}
	ck_assert(maildrop_end_sizes(&maildrop, &err));
}

static const struct {
	const char *line;
	bool good;
	uint32_t number;
	uint64_t octets;
} size_lines[] = {
    {"1 120", true, 1, 120},
    {"1 0", true, 1, 0},
    {"1  120", true, 1, 120},
    {"1 120 more words", true, 1, 120},
    {"1 120 ", true, 1, 120},
    {"007 120", true, 7, 120},
    {"2147483647 1", true, INT32_MAX, 1},
    {"1 9223372036854775807", true, 1, INT64_MAX},
    {"0 120", false, 0, 0},
    {"00 120", false, 0, 0},
    {"-1 120", false, 0, 0},
    {"+1 120", false, 0, 0},
    {"2147483648 1", false, 0, 0},
    {"4294967296 1", false, 0, 0},
    {"4294967297 1", false, 0, 0},
    {"18446744073709551616 1", false, 0, 0},
    {"18446744073709551617 1", false, 0, 0},
    {"1", false, 0, 0},
    {"1 ", false, 0, 0},
    {"", false, 0, 0},
    {" ", false, 0, 0},
    {" 1 120", true, 1, 120},
    {"\t 1\t \t120\t", true, 1, 120},
    {"x 120", false, 0, 0},
    {"1x 120", false, 0, 0},
    {"1\t120", true, 1, 120},
    {"1 x", false, 0, 0},
    {"1 120x", false, 0, 0},
    {"1 -120", false, 0, 0},
    {"1 9223372036854775808", false, 0, 0},
    {"1 18446744073709551616", false, 0, 0},
    {"+OK 1 120", false, 0, 0},
};

START_TEST(a_list_line_is_a_number_and_a_size)
{
	char words[128];

	ck_assert(add_size(size_lines[_i].line) == size_lines[_i].good);
	ck_assert_uint_eq(maildrop.count, size_lines[_i].good ? 1 : 0);
	if (size_lines[_i].good) {
		ck_assert_uint_eq(maildrop.messages[0].number, size_lines[_i].number);
		ck_assert_uint_eq(maildrop.messages[0].octets, size_lines[_i].octets);
		ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[0]), "");
		return;
	}
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert(!err.temporary);
	ck_assert_ptr_ne(strstr(err.cause, "LIST"), NULL);
	escape_text(words, sizeof(words), size_lines[_i].line, strlen(size_lines[_i].line));
	ck_assert_str_eq(err.server, words);
}
END_TEST

START_TEST(a_nul_in_a_list_line_is_rejected)
{
	ck_assert(!maildrop_add_size(&maildrop, "1\0 120", 6, &err));
	ck_assert(!maildrop_add_size(&maildrop, "1 120\0", 6, &err));
	ck_assert_str_eq(err.server, "1 120\\x00");
}
END_TEST

START_TEST(a_listing_out_of_order_is_sorted)
{
	static const char *const lines[] = {"3 30", "1 10", "2147483647 70", "2 20"};
	static const uint32_t numbers[] = {1, 2, 3, INT32_MAX};

	for (size_t i = 0; i < COUNT(lines); i++)
		ck_assert(add_size(lines[i]));
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	for (size_t i = 0; i < COUNT(numbers); i++)
		ck_assert_uint_eq(maildrop.messages[i].number, numbers[i]);
	ck_assert_uint_eq(maildrop.messages[1].octets, 20);
}
END_TEST

static const char *const doubled[][4] = {{"1 1", "1 1"}, {"1 1", "2 2", "1 3"}, {"2 1", "1 2", "2 3", "3 4"}};

START_TEST(a_number_listed_twice_is_a_protocol_error)
{
	static const size_t taken[] = {1, 3, 4};
	size_t i = 0;

	while (i < 4 && doubled[_i][i] && add_size(doubled[_i][i]))
		i++;
	/* A duplicate next to its original is noticed at once. */
	ck_assert_uint_eq(i, taken[_i]);
	ck_assert(_i == 0 || !maildrop_end_sizes(&maildrop, &err));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_ne(strstr(err.cause, "twice"), NULL);
}
END_TEST

START_TEST(an_empty_maildrop_is_not_an_error)
{
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	ck_assert_uint_eq(maildrop.count, 0);
	ck_assert(!add_uid("1 a"));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
}
END_TEST

START_TEST(a_message_that_arrived_between_list_and_uidl_is_recognized_by_its_number)
{
	list_up_to(3);
	ck_assert(maildrop_has_newer(&maildrop));
	ck_assert(add_uid("1 a") && add_uid("2 b"));
	ck_assert(maildrop_has_newer(&maildrop));
	maildrop_forget_uids(&maildrop);
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[0]), "");
	ck_assert(add_uid("3 c") && add_uid("2 b") && add_uid("1 a"));
	ck_assert(!maildrop_has_newer(&maildrop));
	/* These messages are newer than LIST. */
	ck_assert(add_uid("4 d") && add_uid("2147483647 e"));
	ck_assert(!maildrop_has_newer(&maildrop));
	ck_assert(!add_uid("3 c"));
	ck_assert_uint_eq(maildrop.count, 3);
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[2]), "c");
}
END_TEST

START_TEST(uids_are_opaque_and_found_by_number)
{
	list_up_to(1000);
	ck_assert(add_uid("999 ../../etc/passwd"));
	ck_assert(add_uid("1 a"));
	ck_assert(add_uid("2 a b  c "));
	ck_assert(add_uid(" 3  \t \xff\x01'\"%s"));
	ck_assert(add_uid("1000 z"));
	ck_assert(add_uid("500 .."));
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[998]), "../../etc/passwd");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[0]), "a");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[1]), "a b  c ");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[2]), "\xff\x01'\"%s");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[999]), "z");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[499]), "..");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[3]), "");
	ck_assert_uint_eq(maildrop.messages[0].uid_length, 1);
	ck_assert_uint_eq(maildrop.messages[3].uid_length, 0);
}
END_TEST

START_TEST(uids_in_listing_order_are_matched_to_their_messages)
{
	char line[64], uid[32];

	list_up_to(3000);
	for (unsigned i = 1; i <= 3000; i++) {
		snprintf(line, sizeof(line), "%u uid-%u", i, i);
		ck_assert(add_uid(line));
	}
	for (unsigned i = 1; i <= 3000; i++) {
		snprintf(uid, sizeof(uid), "uid-%u", i);
		ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[i - 1]), uid);
	}
}
END_TEST

static const char *const bad_uid_lines[] = {
    "0 zero",
    "-1 negative",
    "2147483648 large",
    "4294967297 wraps",
    "18446744073709551617 wraps",
    "x y",
    "",
    "a",
};

START_TEST(an_invalid_uidl_line_is_a_protocol_error)
{
	list_up_to(3);
	ck_assert(!add_uid(bad_uid_lines[_i]));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_ne(strstr(err.cause, "UIDL"), NULL);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(maildrop.messages[i].uid_length, 0);
}
END_TEST

START_TEST(a_number_with_two_uids_is_a_protocol_error)
{
	list_up_to(3);
	ck_assert(add_uid("2 a"));
	ck_assert(!add_uid("2 a"));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_ne(strstr(err.cause, "twice"), NULL);
}
END_TEST

START_TEST(one_uid_for_two_messages_is_kept_for_both)
{
	list_up_to(2);
	ck_assert(add_uid("1 same"));
	ck_assert(add_uid("2 same"));
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[0]), "same");
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[1]), "same");
}
END_TEST

START_TEST(an_invalid_uid_counts_as_no_uid)
{
	char line[MAILDROP_UID_MOST + 8] = "1 ";

	list_up_to(4);
	memset(line + 2, 'u', MAILDROP_UID_MOST);
	ck_assert(maildrop_add_uid(&maildrop, line, MAILDROP_UID_MOST + 2, &err));
	ck_assert_uint_eq(maildrop.messages[0].uid_length, MAILDROP_UID_MOST);
	memset(line + 2, 'u', MAILDROP_UID_MOST + 1);
	line[0] = '2';
	ck_assert(maildrop_add_uid(&maildrop, line, MAILDROP_UID_MOST + 3, &err));
	ck_assert(maildrop_add_uid(&maildrop, "3 a\0b", 5, &err));
	ck_assert(maildrop_add_uid(&maildrop, "4", 1, &err));
	for (size_t i = 1; i < 4; i++) {
		ck_assert_uint_eq(maildrop.messages[i].uid_length, 0);
		ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[i]), "");
	}
}
END_TEST

static const struct {
	const char *line;
	bool good;
} totals[] = {
    {"2 320", true},
    {"2 320 more", true},
    {"2 320 ", true},
    {"2", false},
    {"2 ", false},
    {"", false},
    {" 2 320", false},
    {"2  320", true},
    {"2\t320", true},
    {"x 320", false},
    {"2 x", false},
    {"-2 320", false},
    {"2147483648 320", false},
    {"2 9223372036854775808", false},
};

START_TEST(a_total_consists_of_two_numbers)
{
	struct maildrop_total total = {0};

	ck_assert(maildrop_read_total(totals[_i].line, strlen(totals[_i].line), &total) == totals[_i].good);
	ck_assert(!totals[_i].good || (total.messages == 2 && total.octets == 320));
}
END_TEST

START_TEST(uids_may_come_before_sizes)
{
	ck_assert(add_uid("30 c") && add_uid("10 a") && add_uid("20 b"));
	ck_assert(maildrop_end_uids(&maildrop, &err));
	ck_assert_uint_eq(maildrop.messages[0].octets, MAILDROP_UNSIZED);
	ck_assert(!maildrop.sized);
	ck_assert(add_size("20 2") && add_size("5 9") && add_size("10 1") && add_size("30 3"));
	ck_assert(!add_size("20 2"));
	ck_assert_ptr_nonnull(strstr(err.cause, "LIST reply lists message 20 twice"));
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	ck_assert(maildrop.sized);
	ck_assert_uint_eq(maildrop.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_uint_eq(maildrop.messages[i].number, i == 0 ? 5 : 10 * i);
		ck_assert_uint_eq(maildrop.messages[i].octets, i == 0 ? 9 : i);
		ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[i]),
		    i == 0	 ? ""
			: i == 1 ? "a"
			: i == 2 ? "b"
				 : "c");
	}
}
END_TEST

START_TEST(a_uid_without_a_size_is_a_protocol_error)
{
	ck_assert(add_uid("1 a") && add_uid("2 b") && add_uid("3 c"));
	ck_assert(maildrop_end_uids(&maildrop, &err));
	ck_assert(add_size("1 1") && add_size("3 1"));
	ck_assert(!maildrop_end_sizes(&maildrop, &err));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(err.cause, "message 2, which its LIST reply does not"));
}
END_TEST

/* Adds a size as a session does. */
static bool take_size(const char *line)
{
	return add_size(line) || maildrop_leave_out(&maildrop, line, strlen(line), &err);
}

static const char *const useless_lines[] = {"2 -1", "2 many", "2", "2 9223372036854775808", "-ERR unreadable", "2 1"};

START_TEST(an_unusable_size_line_leaves_out_one_message)
{
	ck_assert(add_uid("1 a") && add_uid("2 b") && add_uid("3 c"));
	ck_assert(maildrop_end_uids(&maildrop, &err));
	ck_assert(take_size("1 1"));
	ck_assert(strcmp(useless_lines[_i], "2 1") != 0 || take_size("2 2"));
	ck_assert(take_size(useless_lines[_i]) && take_size("3 1"));
	maildrop_leave_out_unlisted(&maildrop);
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	ck_assert_uint_eq(maildrop.count, 3);
	ck_assert_uint_eq(maildrop.fault_count, 1);
	maildrop_drop_left_out(&maildrop);
	ck_assert_uint_eq(maildrop.count, 2);
	ck_assert_uint_eq(maildrop.messages[1].number, 3);
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[1]), "c");
}
END_TEST

static const char *const hopeless_lines[] = {"1 2", "1 -1", "0 1", "x", ""};

START_TEST(an_unusable_line_that_may_concern_another_message_is_an_error)
{
	list_up_to(3);
	ck_assert(!take_size(hopeless_lines[_i]));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
}
END_TEST

START_TEST(too_many_unusable_lines_are_an_error)
{
	char line[32];

	for (unsigned i = 1; i <= MAILDROP_FAULTS_MOST; i++) {
		snprintf(line, sizeof(line), "%u many", i);
		ck_assert(take_size(line));
	}
	ck_assert(!take_size("20 many"));
	ck_assert(take_size("21 1"));
}
END_TEST

START_TEST(trailing_uids_without_a_size_are_left_out)
{
	ck_assert(add_uid("1 a") && add_uid("2 b") && add_uid("3 c"));
	ck_assert(maildrop_end_uids(&maildrop, &err));
	ck_assert(add_size("1 1"));
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	ck_assert_uint_eq(maildrop.count, 1);
	ck_assert(!maildrop_has_newer(&maildrop));
	ck_assert_str_eq(maildrop_uid(&maildrop, &maildrop.messages[0]), "a");
}
END_TEST

START_TEST(an_empty_list_reply_after_uids_is_a_protocol_error)
{
	ck_assert(add_uid("1 a"));
	ck_assert(maildrop_end_uids(&maildrop, &err));
	ck_assert(!maildrop_end_sizes(&maildrop, &err));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
}
END_TEST

START_TEST(a_number_listed_twice_by_uidl_is_a_protocol_error_without_sizes)
{
	ck_assert(add_uid("2 b") && add_uid("1 a") && add_uid("2 b"));
	ck_assert(!maildrop_end_uids(&maildrop, &err));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(err.cause, "UIDL reply lists message 2 twice"));
}
END_TEST

START_TEST(too_many_messages_are_a_protocol_error)
{
	char line[32];

	/* Pretends that the maildrop is full, because filling it would take long. */
	ck_assert(add_size("1 1"));
	maildrop.count = maildrop.capacity = MAILDROP_MEMORY / (sizeof(*maildrop.messages) + MAILDROP_BESIDE);
	snprintf(line, sizeof(line), "%zu 1", maildrop.count + 1);
	ck_assert(!add_size(line));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert(!add_uid(line));
	ck_assert_ptr_nonnull(strstr(err.cause, "memory"));
	maildrop.count = 1;
}
END_TEST

START_TEST(too_many_bytes_of_uids_are_a_protocol_error)
{
	size_t room = MAILDROP_MEMORY - 2 * (sizeof(*maildrop.messages) + MAILDROP_BESIDE), had;

	ck_assert(add_size("1 1") && add_size("2 1"));
	ck_assert(maildrop_end_sizes(&maildrop, &err));
	had = maildrop.uids.length;
	maildrop.uids.length = room - 3; /* pretend that it is nearly full */
	ck_assert(!maildrop_add_uid(&maildrop, "1 abc", 5, &err));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_ptr_nonnull(strstr(err.cause, "256 MiB of memory after 2 messages"));
	maildrop.uids.length = had;
	ck_assert(maildrop_add_uid(&maildrop, "1 abc", 5, &err));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("maildrop");
	TCase *c = check_case(s, "maildrop");

	tcase_add_checked_fixture(c, NULL, teardown);
	LOOP_OVER(c, a_list_line_is_a_number_and_a_size, size_lines);
	tcase_add_test(c, a_nul_in_a_list_line_is_rejected);
	tcase_add_test(c, a_listing_out_of_order_is_sorted);
	LOOP_OVER(c, a_number_listed_twice_is_a_protocol_error, doubled);
	tcase_add_test(c, an_empty_maildrop_is_not_an_error);
	tcase_add_test(c, a_message_that_arrived_between_list_and_uidl_is_recognized_by_its_number);
	tcase_add_test(c, uids_are_opaque_and_found_by_number);
	tcase_add_test(c, uids_in_listing_order_are_matched_to_their_messages);
	LOOP_OVER(c, an_invalid_uidl_line_is_a_protocol_error, bad_uid_lines);
	tcase_add_test(c, a_number_with_two_uids_is_a_protocol_error);
	tcase_add_test(c, one_uid_for_two_messages_is_kept_for_both);
	tcase_add_test(c, an_invalid_uid_counts_as_no_uid);
	LOOP_OVER(c, a_total_consists_of_two_numbers, totals);
	tcase_add_test(c, uids_may_come_before_sizes);
	tcase_add_test(c, a_uid_without_a_size_is_a_protocol_error);
	LOOP_OVER(c, an_unusable_size_line_leaves_out_one_message, useless_lines);
	LOOP_OVER(c, an_unusable_line_that_may_concern_another_message_is_an_error, hopeless_lines);
	tcase_add_test(c, too_many_unusable_lines_are_an_error);
	tcase_add_test(c, trailing_uids_without_a_size_are_left_out);
	tcase_add_test(c, an_empty_list_reply_after_uids_is_a_protocol_error);
	tcase_add_test(c, a_number_listed_twice_by_uidl_is_a_protocol_error_without_sizes);
	tcase_add_test(c, too_many_messages_are_a_protocol_error);
	tcase_add_test(c, too_many_bytes_of_uids_are_a_protocol_error);
	return check_main(s);
}
