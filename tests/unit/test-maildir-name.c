#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check_main.h"
#include "deliver/maildir_name.h"

/* Makes a name. The caller frees it. */
static char *make(const char *account, const char *maildrop, const char *uid, int64_t now)
{
	const struct timespec then = {.tv_sec = 1700000000, .tv_nsec = 7999};
	struct maildir_names names;
	char *name = malloc(MAILDIR_NAME_SIZE);

	ck_assert_ptr_nonnull(name);
	maildir_names_start(&names, account, maildrop, &then);
	ck_assert_uint_eq(maildir_name_make(&names, uid, now, 42, name), strlen(name));
	return name;
}

START_TEST(a_name_consists_of_time_identity_and_host)
{
	char *name = make("work", "me@host", "uid-1", 1700000000);
	char host[128];
	int used = 0;

	/* The SHA-256 of "work", and of "work", NUL, "me@host", NUL, "uid-1", computed with sha256sum(1). */
	ck_assert_int_eq(
	    sscanf(name, "1700000000.mh-00e13ed7-3198e780d1ccf7e53e3a3dcc.M000007Q42.%100s%n", host, &used), 1);
	ck_assert_uint_eq((size_t)used, strlen(name));
	ck_assert_ptr_null(strpbrk(name, "/:, \n"));
	free(name);
}
END_TEST

START_TEST(two_files_of_a_run_have_different_names)
{
	const struct timespec then = {.tv_sec = 1700000000, .tv_nsec = 7999};
	struct maildir_names names;
	char first[MAILDIR_NAME_SIZE], second[MAILDIR_NAME_SIZE], most[MAILDIR_NAME_SIZE];

	maildir_names_start(&names, "work", "me@host", &then);
	(void)maildir_name_make(&names, "uid", 1700000000, 1, first);
	(void)maildir_name_make(&names, "uid", 1700000000, 2, second);
	ck_assert_str_ne(first, second);
	ck_assert_uint_lt(maildir_name_make(&names, "uid", INT64_MAX, UINT32_MAX, most), MAILDIR_NAME_SIZE);
}
END_TEST

/* The part after the time is the same in every run. It distinguishes accounts, maildrops and UIDs. */
START_TEST(an_identity_depends_only_on_account_maildrop_and_uid)
{
	static const struct {
		const char *account, *maildrop, *uid;
		bool same;
	} others[] = {
	    {"work", "me@host", "uid", true},
	    {"work", "me@host", "uie", false},
	    {"worl", "me@host", "uid", false},
	    {"work", "me@hose", "uid", false},
	    {"work", "me@hostuid", "", false},
	    {"workme@host", "uid", "", false},
	};
	char *name = make("work", "me@host", "uid", 1);

	for (size_t i = 0; i < COUNT(others); i++) {
		char *other = make(others[i].account, others[i].maildrop, others[i].uid, 99);
		bool same = strcmp(strchr(name, '.'), strchr(other, '.')) == 0;

		ck_assert_msg(same == others[i].same, "%s and %s", name, other);
		free(other);
	}
	free(name);
}
END_TEST

/* A UID may contain any bytes: RFC 1939 allows 0x21 to 0x7e, but servers send others. */
START_TEST(a_name_contains_no_part_of_a_uid)
{
	char *name = make("a/b", "me@host", "../../etc/passwd\xff:2,S", 1);

	ck_assert_ptr_null(strpbrk(name, "/:,"));
	ck_assert_ptr_null(strstr(name, "etc"));
	free(name);
}
END_TEST

START_TEST(a_name_in_tmp_consists_of_account_time_and_number)
{
	const struct timespec then = {.tv_sec = INT32_MAX, .tv_nsec = 999999999};
	struct maildir_names names;
	char name[MAILDIR_SHORT_SIZE];

	maildir_names_start(&names, "work", "me@host", &then);
	maildir_name_in_tmp(&names, UINT32_MAX, name);
	ck_assert_str_eq(name, "mh-00e13ed7-7fffffff-f423f-4294967295");
	ck_assert(maildir_name_is_unfinished(name, "work"));
	ck_assert(!maildir_name_is_unfinished(name, "home"));
	ck_assert(!maildir_name_is_own(name, "work", NULL));
	ck_assert(!maildir_name_is_unfinished("mh-00e13ed7", "work"));
}
END_TEST

START_TEST(the_name_of_a_message_is_recognized_in_tmp)
{
	char *name = make("work", "me@host", "uid", 1);

	ck_assert(maildir_name_is_unfinished(name, "work"));
	ck_assert(!maildir_name_is_unfinished(name, "home"));
	free(name);
}
END_TEST

static const struct {
	const char *before, *after; /* text around ACCOUNT-MESSAGE */
	bool own;
} forms[] = {
    {"1700000000.mh-", ".host,S=12,W=13", true},
    {"1700000000.mh-", ".host,S=12,W=13:2,", true},
    {"1700000000.mh-", ".host,S=12,W=13:2,FRS", true},
    {"1700000000.mh-", ".other.host", true},
    {"1700000000.mh-", "", false},
    {"1700000000.mh-", "0.host", false},
    {"1700000000.mx-", ".host", false},
    {"1700000000mh-", ".host", false},
    {"", ".host", false},
    {"1700000000.x.mh-", ".host", false},
};

START_TEST(a_name_is_recognized_with_and_without_flags)
{
	char *made = make("work", "me@host", "uid", 1), *start = strstr(made, ".mh-") + 4, name[256];

	snprintf(name, sizeof(name), "%s%.33s%s", forms[_i].before, start, forms[_i].after);
	ck_assert_msg(maildir_name_is_own(name, "work", NULL) == forms[_i].own, "%s", name);
	ck_assert(!maildir_name_is_own(name, "home", NULL));
	free(made);
}
END_TEST

START_TEST(a_truncated_name_is_not_recognized)
{
	char *name = make("work", "me@host", "uid", 1);
	size_t whole = (size_t)(strstr(name, ".mh-") + 4 + 33 - name);

	ck_assert(maildir_name_is_own(name, "work", NULL));
	for (size_t i = whole; i > 0; i--) {
		name[i] = '\0';
		ck_assert_msg(!maildir_name_is_own(name, "work", NULL), "%s", name);
	}
	free(name);
}
END_TEST

START_TEST(the_identity_in_a_name_is_derived_from_its_uid)
{
	char *name = make("work", "me@host", "uid-1", 1), in_name[MAILDIR_IDENTITY_DIGITS + 1],
	     wanted[MAILDIR_IDENTITY_DIGITS + 1];

	maildir_name_identity("work", "me@host", "uid-1", wanted);
	ck_assert_str_eq(wanted, "3198e780d1ccf7e53e3a3dcc");
	ck_assert(maildir_name_is_own(name, "work", in_name));
	ck_assert_str_eq(in_name, wanted);
	free(name);
}
END_TEST

static const struct {
	const char *bytes;
	size_t length;
	uint64_t crlf_octets;
} sizes[] = {
    {"", 0, 0},
    {"a", 1, 1},
    {"\n", 1, 2},
    {"\r", 1, 1},
    {"\r\n", 2, 2},
    {"a\nb\n", 4, 6},
    {"a\r\nb\r\n", 6, 6},
    {"a\r\nb\n", 5, 6},
    {"\n\r\n\n", 4, 6},
    {"a\r\r\nb\rc\n", 8, 9},
    {"\0\n\0\r\n", 5, 6},
    {"no end", 6, 6},
};

START_TEST(sizes_are_counted_as_stored_and_with_crlf_however_the_input_is_split)
{
	const char *bytes = sizes[_i].bytes;
	size_t length = sizes[_i].length;

	for (size_t first = 0; first <= length; first++) {
		for (size_t second = first; second <= length; second++) {
			struct maildir_size size = {0};

			maildir_size_add(&size, bytes, first);
			maildir_size_add(&size, bytes + first, second - first);
			maildir_size_add(&size, bytes + second, length - second);
			ck_assert_uint_eq(size.octets, length);
			ck_assert_uint_eq(size.crlf_octets, sizes[_i].crlf_octets);
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("maildir name");
	TCase *name = check_case(s, "name"), *size = check_case(s, "size");

	tcase_add_test(name, a_name_consists_of_time_identity_and_host);
	tcase_add_test(name, two_files_of_a_run_have_different_names);
	tcase_add_test(name, an_identity_depends_only_on_account_maildrop_and_uid);
	tcase_add_test(name, a_name_contains_no_part_of_a_uid);
	tcase_add_test(name, a_name_in_tmp_consists_of_account_time_and_number);
	tcase_add_test(name, the_name_of_a_message_is_recognized_in_tmp);
	LOOP_OVER(name, a_name_is_recognized_with_and_without_flags, forms);
	tcase_add_test(name, a_truncated_name_is_not_recognized);
	tcase_add_test(name, the_identity_in_a_name_is_derived_from_its_uid);
	LOOP_OVER(size, sizes_are_counted_as_stored_and_with_crlf_however_the_input_is_split, sizes);
	return check_main(s);
}
