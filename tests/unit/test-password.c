#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/password.h"

static struct account a;

static bool obtain(struct error *err)
{
	struct account *all[] = {&a};

	return password_obtain(all, 0, err);
}

static void enter(void)
{
	account_init(&a, "work");
}

static void leave(void)
{
	account_free(&a);
}

static void set_command(const char *const *command)
{
	struct error err;

	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, "password_command") == 0)
			ck_assert(account_set(&a, &account_options[i], command, "/", &err));
	}
	ck_assert_ptr_nonnull(a.login.password_command);
	a.login.source = SECRET_COMMAND;
}

static const struct {
	const char *script;
	const char *password; /* NULL: a failure */
	const char *words;
} commands[] = {
    {"echo secret", "secret", ""},
    {"printf secret", "secret", ""},
    {"printf 'secret\\r\\n'", "secret", ""},
    {"printf 'secret\\nurl: example.org\\nuser: me\\n'", "secret", ""},
    {"printf ' pass word \\n'", " pass word ", ""},
    {"printf 'p\\303\\244ss\\n'", "p\xc3\xa4ss", ""},
    {"echo secret; echo a warning >&2", "secret", ""},
    {"printf '\\357\\273\\277secret\\n'", "secret", ""}, /* a byte order mark */
    {"printf '\\357\\273\\277\\n'", NULL, "printed no password"},
    {"printf '\\351t\\351\\n'", "\xe9t\xe9", ""}, /* Latin-1 */
    {"printf 'secret\\n\\0more\\n'", "secret", ""},
    {"printf 'sec\\0ret\\n'", NULL, "printed a NUL byte"},
    {"printf 'secret\\0'", NULL, "printed a NUL byte"},
    {"printf '\\0'", NULL, "printed a NUL byte"},
    {"printf 's\\0e\\0c\\0r\\0e\\0t\\0\\n\\0'", NULL, "printed UTF-16 or UTF-32"},
    {"printf '\\0s\\0e\\0c\\0r\\0e\\0t\\0\\n'", NULL, "printed UTF-16 or UTF-32"},
    {"printf '\\377\\376s\\0e\\0c\\0r\\0e\\0t\\0\\n\\0'", NULL, "printed UTF-16"},
    {"printf '\\376\\377\\0s\\0e\\0c\\0r\\0e\\0t\\0\\n'", NULL, "printed UTF-16"},
    {"cat; echo secret", "secret", ""}, /* its input is empty */
    {":", NULL, "printed no password"},
    {"echo", NULL, "printed no password"},
    {"echo; echo secret", NULL, "printed no password"},
    {"echo secret; exit 1", NULL, "status 1"},
    {"echo 'no such entry' >&2; exit 2", NULL, "status 2: no such entry"},
    {"kill -9 $$", NULL, "was killed by signal 9 (Killed)"},
};

START_TEST(the_password_is_the_first_line_that_the_command_prints)
{
	const char *const command[] = {"sh", "-c", commands[_i].script, NULL};
	struct error err;
	bool ok;

	set_command(command);
	ok = obtain(&err);
	ck_assert_int_eq(ok, commands[_i].password != NULL);
	if (ok) {
		ck_assert_str_eq(secret_text(a.login.password), commands[_i].password);
		return;
	}
	ck_assert_ptr_null(a.login.password);
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert(!err.temporary);
	ck_assert_msg(strstr(err.cause, commands[_i].words) != NULL, "%s", err.cause);
	ck_assert_ptr_null(strstr(err.cause, "secret"));
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(the_command_runs_without_a_shell)
{
	const char *const command[] = {"printf", "%s|%s\n", "$HOME", "two  words;", NULL};
	struct error err;

	set_command(command);
	ck_assert(obtain(&err));
	ck_assert_str_eq(secret_text(a.login.password), "$HOME|two  words;");
}
END_TEST

START_TEST(a_missing_command_is_reported_by_name)
{
	const char *const command[] = {"/nonexistent/pass", NULL};
	struct error err;

	set_command(command);
	ck_assert(!obtain(&err));
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.cause, command[0]));
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(excess_output_is_discarded)
{
	const char *const command[] = {"sh", "-c", "echo secret; head -c 1000000 /dev/zero", NULL};
	struct error err;

	set_command(command);
	ck_assert(obtain(&err));
	ck_assert_str_eq(secret_text(a.login.password), "secret");
}
END_TEST

START_TEST(a_password_in_the_configuration_is_left_unchanged)
{
	struct error err;

	a.login.password = secret_make("from the file", 13);
	ck_assert(obtain(&err));
	ck_assert_str_eq(secret_text(a.login.password), "from the file");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("password");
	TCase *c = check_case(s, "password_command");

	tcase_add_checked_fixture(c, enter, leave);
	LOOP_OVER(c, the_password_is_the_first_line_that_the_command_prints, commands);
	tcase_add_test(c, the_command_runs_without_a_shell);
	tcase_add_test(c, a_missing_command_is_reported_by_name);
	tcase_add_test(c, excess_output_is_discarded);
	tcase_add_test(c, a_password_in_the_configuration_is_left_unchanged);
	return check_main(s);
}
