#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"
#include "check_main.h"

START_TEST(a_cleared_error_is_empty)
{
	struct error err;

	memset(&err, 'x', sizeof(err));
	error_clear(&err);
	ck_assert_int_eq(err.kind, ERROR_NONE);
	ck_assert(!err.temporary);
	ck_assert_int_eq(err.saved_errno, 0);
	ck_assert_str_eq(err.cause, "");
	ck_assert_str_eq(err.server, "");
	ck_assert_str_eq(err.hint, "");
}
END_TEST

START_TEST(setting_an_error_formats_it_and_returns_false)
{
	struct error err;

	ck_assert(!error_set(&err, ERROR_PROTOCOL, "message %u of %s", 7U, "alice"));
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_str_eq(err.cause, "message 7 of alice");
	ck_assert(!error_hint(&err, "wait %d days", 3));
	ck_assert_str_eq(err.hint, "wait 3 days");
	ck_assert(!error_server(&err, "go away", 7));
	ck_assert_str_eq(err.server, "go away");
	ck_assert_str_eq(err.cause, "message 7 of alice");
}
END_TEST

START_TEST(a_new_error_replaces_all_of_the_old_one)
{
	struct error err;

	error_errno(&err, ERROR_STORAGE, ENOSPC, "first");
	error_hint(&err, "hint");
	error_server(&err, "words", 5);
	error_set(&err, ERROR_AUTH, "second");
	ck_assert_int_eq(err.kind, ERROR_AUTH);
	ck_assert_int_eq(err.saved_errno, 0);
	ck_assert(!err.temporary);
	ck_assert_str_eq(err.cause, "second");
	ck_assert_str_eq(err.hint, "");
	ck_assert_str_eq(err.server, "");
}
END_TEST

static const struct {
	enum error_kind kind;
	bool temporary;
	const char *hint;
} kinds[] = {
    {ERROR_USAGE, false, ""},
    {ERROR_CONFIG, false, ""},
    {ERROR_HOST, false, ""},
    {ERROR_NETWORK, true, "tries again"},
    {ERROR_TLS, false, ""},
    {ERROR_AUTH, false, ""},
    {ERROR_PROTOCOL, false, "mailhaul -vv"},
    {ERROR_STORAGE, false, ""},
    {ERROR_LOCKED, true, "tries again"},
    {ERROR_INTERNAL, false, "report a bug"},
};

START_TEST(network_and_locked_failures_start_as_temporary)
{
	struct error err;

	error_set(&err, kinds[_i].kind, "cause");
	ck_assert(err.temporary == kinds[_i].temporary);
	error_errno(&err, kinds[_i].kind, EACCES, "cause");
	ck_assert(err.temporary == kinds[_i].temporary);
}
END_TEST

START_TEST(the_kind_of_an_error_sets_its_default_hint)
{
	struct error err;

	error_set(&err, kinds[_i].kind, "cause");
	ck_assert(*kinds[_i].hint ? strstr(err.hint, kinds[_i].hint) != NULL : !*err.hint);
	error_hint(&err, "better");
	ck_assert_str_eq(err.hint, "better");
}
END_TEST

START_TEST(a_final_period_is_removed_from_the_cause)
{
	struct error err;

	error_set(&err, ERROR_TLS, "failed: %s", "No such thing.");
	ck_assert_str_eq(err.cause, "failed: No such thing");
	error_set(&err, ERROR_TLS, "cut: and so on...");
	ck_assert_str_eq(err.cause, "cut: and so on...");
	error_set(&err, ERROR_TLS, ".");
	ck_assert_str_eq(err.cause, ".");
}
END_TEST

static const struct {
	int value;
	bool temporary;
} errnos[] = {
    {ENOSPC, true},
    {EDQUOT, true},
    {ENOMEM, true},
    {EMFILE, true},
    {ENFILE, true},
    {EINTR, true},
    {EAGAIN, true},
    {EACCES, false},
    {ENOENT, false},
    {EROFS, false},
    {EIO, false},
};

START_TEST(resource_shortages_are_temporary)
{
	struct error err;

	ck_assert(!error_errno(&err, ERROR_STORAGE, errnos[_i].value, "cannot write %s", "/m"));
	ck_assert(err.temporary == errnos[_i].temporary);
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_int_eq(err.saved_errno, errnos[_i].value);
}
END_TEST

/* The hint replaces any hint of the caller about a file that cannot be opened. */
START_TEST(running_out_of_descriptors_has_its_own_hint)
{
	struct rlimit limit;
	char want[64];
	struct error err;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 33;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	error_errno(&err, ERROR_STORAGE, EMFILE, "cannot open /x");
	error_hint(&err, "make room");
	ck_assert_str_eq(err.hint, "raise the limit on open files, now 33 (ulimit -n)");
	error_errno(&err, ERROR_INTERNAL, ENFILE, "cannot open /x");
	error_hint(&err, "make room");
	snprintf(want, sizeof(want), "%.40s", err.hint);
	ck_assert_str_eq(want, "raise the system's limit on open files (");
	error_errno(&err, ERROR_STORAGE, ENOSPC, "cannot write /x");
	error_hint(&err, "make room");
	ck_assert_str_eq(err.hint, "make room");
}
END_TEST

START_TEST(the_text_of_errno_follows_the_cause)
{
	struct error err;
	char expected[128] = "cannot open /x: ";

	strcat(expected, strerror(ENOENT));
	error_errno(&err, ERROR_STORAGE, ENOENT, "cannot open %s", "/x");
	ck_assert_str_eq(err.cause, expected);
}
END_TEST

/* Sets an error whose cause contains a path of `length` bytes. */
static void long_cause(struct error *err, size_t length)
{
	char path[4096];

	memset(path, 'p', length);
	path[length] = '\0';
	error_errno(err, ERROR_STORAGE, EACCES, "cannot open %s", path);
}

START_TEST(a_long_cause_keeps_the_text_of_errno)
{
	struct error err;
	char suffix[128] = ": ";

	strcat(suffix, strerror(EACCES));
	for (size_t length = 400; length < 4096; length += length < 600 ? 1 : 500) {
		size_t made;

		long_cause(&err, length);
		made = strlen(err.cause);
		ck_assert_uint_lt(made, sizeof(err.cause));
		ck_assert_str_eq(err.cause + made - strlen(suffix), suffix);
	}
}
END_TEST

START_TEST(every_text_is_a_single_line_without_control_characters)
{
	struct error err;

	error_set(&err, ERROR_CONFIG, "bad name %s", "a\nb\x1b[2J");
	ck_assert_str_eq(err.cause, "bad name a\\x0ab\\x1b[2J");
	error_errno(&err, ERROR_STORAGE, EIO, "%s", "\r");
	ck_assert_ptr_eq(strchr(err.cause, '\r'), NULL);
	ck_assert_mem_eq(err.cause, "\\x0d: ", 6);
	error_hint(&err, "chmod %s", "x\ny");
	ck_assert_str_eq(err.hint, "chmod x\\x0ay");
	error_server(&err, "a\0b\r\xff", 5);
	ck_assert_str_eq(err.server, "a\\x00b\\x0d\\xff");
}
END_TEST

START_TEST(long_texts_are_truncated_and_marked)
{
	static char words[9000];
	struct error err;

	memset(words, 'w', sizeof(words) - 1);
	error_set(&err, ERROR_PROTOCOL, "%s", words);
	ck_assert_uint_eq(strlen(err.cause), sizeof(err.cause) - 1);
	ck_assert_str_eq(err.cause + sizeof(err.cause) - 4, "...");
	error_server(&err, words, sizeof(words) - 1);
	ck_assert_uint_eq(strlen(err.server), sizeof(err.server) - 1);
	ck_assert_str_eq(err.server + sizeof(err.server) - 4, "...");
	error_hint(&err, "%s", words);
	ck_assert_uint_eq(strlen(err.hint), sizeof(err.hint) - 1);
	ck_assert_str_eq(err.hint + sizeof(err.hint) - 4, "...");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("error");
	TCase *c = check_case(s, "error");

	tcase_add_test(c, a_cleared_error_is_empty);
	tcase_add_test(c, setting_an_error_formats_it_and_returns_false);
	tcase_add_test(c, a_new_error_replaces_all_of_the_old_one);
	LOOP_OVER(c, network_and_locked_failures_start_as_temporary, kinds);
	LOOP_OVER(c, resource_shortages_are_temporary, errnos);
	LOOP_OVER(c, the_kind_of_an_error_sets_its_default_hint, kinds);
	tcase_add_test(c, a_final_period_is_removed_from_the_cause);
	tcase_add_test(c, running_out_of_descriptors_has_its_own_hint);
	tcase_add_test(c, the_text_of_errno_follows_the_cause);
	tcase_add_test(c, a_long_cause_keeps_the_text_of_errno);
	tcase_add_test(c, every_text_is_a_single_line_without_control_characters);
	tcase_add_test(c, long_texts_are_truncated_and_marked);
	return check_main(s);
}
