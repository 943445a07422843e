#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "check_main.h"
#include "config/file.h"
#include "config/path.h"
#include "config/problems.h"
#include "config/settings.h"
#include "config/warnings.h"
#include "scratch.h"

#define ACCOUNT(name)                                                                                                  \
	"account \"" name "\" {\n server = a\n user = b\n password_command = {\"x\"}\n deliver_to = \"mbox:c\"\n}\n"

static struct settings settings;
static struct problems problems;

static void enter(void)
{
	setenv("HOME", scratch_path(""), 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
}

static void leave(void)
{
	settings_free(&settings);
	problems_free(&problems);
}

static bool load(const char *path, const char *text)
{
	scratch_write_text(path, text);
	return settings_load(&settings, path, &problems);
}

static void expect_problem(const char *words)
{
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_msg(strstr(problems.lines[0], words) != NULL, "%s", problems.lines[0]);
}

START_TEST(a_named_configuration_is_read)
{
	ck_assert(
	    load(scratch_path("a.conf"), "jobs = 3\nstate_dir = \"/var/lib/mail\"\n" ACCOUNT("one") ACCOUNT("two")));
	ck_assert_uint_eq(problems.count, 0);
	ck_assert_str_eq(settings.path, scratch_path("a.conf"));
	ck_assert_uint_eq(settings.jobs, 3);
	ck_assert_str_eq(settings.state_dir, "/var/lib/mail");
	ck_assert_uint_eq(settings.count, 2);
	ck_assert_str_eq(settings.accounts[0].name, "one");
	ck_assert_str_eq(settings.accounts[1].name, "two");
	ck_assert_uint_eq(settings.accounts[1].port, 995);
	ck_assert_str_eq(settings.accounts[1].delivery.to.path, scratch_path("c"));
}
END_TEST

START_TEST(unset_options_have_their_defaults)
{
	ck_assert(load(scratch_path("a.conf"), ACCOUNT("one")));
	ck_assert_uint_eq(settings.jobs, 4);
	ck_assert_str_eq(settings.state_dir, scratch_path(".local/state/mailhaul"));
}
END_TEST

static const struct {
	const char *value, *path; /* the path in the test's directory */
} state_dirs[] = {{"here", "sub/here"}, {"~/there", "there"}};

START_TEST(state_dir_is_relative_to_the_configuration_file)
{
	char text[512];

	ck_assert_int_eq(mkdir(scratch_path("sub"), 0700), 0);
	snprintf(text, sizeof(text), "state_dir = \"%s\"\n" ACCOUNT("one"), state_dirs[_i].value);
	ck_assert(load(scratch_path("sub/a.conf"), text));
	ck_assert_str_eq(settings.state_dir, scratch_path(state_dirs[_i].path));
}
END_TEST

static const struct {
	const char *line;
	enum log_place place;
	const char *path; /* in the test's directory */
} logs[] = {
    {"", LOG_PLACE_STDERR, NULL},
    {"log = stderr\n", LOG_PLACE_STDERR, NULL},
    {"log = syslog\n", LOG_PLACE_SYSLOG, NULL},
    {"log = \"file:a.log\"\n", LOG_PLACE_FILE, "sub/a.log"},
    {"log = \"file:~/a.log\"\n", LOG_PLACE_FILE, "a.log"},
};

START_TEST(the_log_is_stderr_syslog_or_a_file_relative_to_the_configuration)
{
	char text[512];

	ck_assert_int_eq(mkdir(scratch_path("sub"), 0700), 0);
	snprintf(text, sizeof(text), "%s" ACCOUNT("one"), logs[_i].line);
	ck_assert(load(scratch_path("sub/a.conf"), text));
	ck_assert_int_eq(settings.log, logs[_i].place);
	if (logs[_i].path)
		ck_assert_str_eq(settings.log_path, scratch_path(logs[_i].path));
	else
		ck_assert_ptr_null(settings.log_path);
}
END_TEST

START_TEST(a_configuration_in_the_current_directory_can_be_named_without_a_directory)
{
	ck_assert_int_eq(chdir(scratch_path("")), 0);
	ck_assert(load("a.conf", ACCOUNT("one")));
	ck_assert_str_eq(settings.path, "a.conf");
	ck_assert_str_eq(settings.accounts[0].delivery.to.path, "c");
}
END_TEST

static const struct {
	const char *variable; /* NULL: not set */
	const char *place;
} places[] = {
    {NULL, ".config/mailhaul"}, {"", ".config/mailhaul"}, {"relative", ".config/mailhaul"},
    {"/xdg", "xdg/mailhaul"}, /* in the test's directory */
};

static void make_directories(const char *path)
{
	char part[256];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		ck_assert_int_eq(mkdir(scratch_path(part), 0700), 0);
	}
	ck_assert_int_eq(mkdir(scratch_path(path), 0700), 0);
}

START_TEST(the_default_path_follows_xdg_config_home)
{
	char file[256];

	make_directories(places[_i].place);
	snprintf(file, sizeof(file), "%s/mailhaul.conf", places[_i].place);
	scratch_write_text(scratch_path(file), "state_dir = x\n" ACCOUNT("one"));
	if (places[_i].variable && places[_i].variable[0] == '/')
		setenv("XDG_CONFIG_HOME", scratch_path(places[_i].variable + 1), 1);
	else if (places[_i].variable)
		setenv("XDG_CONFIG_HOME", places[_i].variable, 1);
	ck_assert(settings_load(&settings, NULL, &problems));
	ck_assert_str_eq(settings.path, scratch_path(file));
	snprintf(file, sizeof(file), "%s/x", places[_i].place);
	ck_assert_str_eq(settings.state_dir, scratch_path(file));
}
END_TEST

START_TEST(a_missing_configuration_is_reported_with_its_default_path)
{
	if (access("/etc/mailhaul.conf", F_OK) == 0)
		return; /* this machine has one */
	ck_assert(!settings_load(&settings, NULL, &problems));
	expect_problem(scratch_path(".config/mailhaul/mailhaul.conf"));
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "-c"));
}
END_TEST

START_TEST(a_missing_named_configuration_is_reported)
{
	ck_assert(!settings_load(&settings, scratch_path("missing.conf"), &problems));
	expect_problem("missing.conf");
}
END_TEST

static const struct {
	const char *text, *words;
} wrong[] = {
    {"", "there is no account"},
    {"jobs = 2\n", "there is no account"},
    {"jobs = 0\n" ACCOUNT("one"), "set jobs to"},
    {"account \"one\" {\n user = a\n password = 'x'\n deliver_to = \"maildir:M\"\n}\n",
	"account one: server is missing; add a line"},
    {ACCOUNT("one") "account \"two\" {\n server = a\n user = a\n password = 'x'\n}\n",
	"account two: deliver_to is missing"},
    {"defaults {\n password = 'x'\n password_command = {\"y\"}\n}\n"
     "account \"one\" {\n server = a\n user = b\n deliver_to = \"maildir:M\"\n}\n",
	"both set"},
};

START_TEST(an_unusable_configuration_is_rejected)
{
	ck_assert(!load(scratch_path("a.conf"), wrong[_i].text));
	expect_problem(wrong[_i].words);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], scratch_path("a.conf")));
}
END_TEST

START_TEST(an_account_replaces_inherited_values_of_another_kind)
{
	const struct account *a;

	ck_assert(load(scratch_path("a.conf"),
	    "defaults {\n server = a\n user = b\n password_command = {\"y\"}\n deliver_to = pipe\n"
	    " deliver_command = {\"z\"}\n}\n"
	    "account \"own\" {\n password = 'x'\n deliver_to = \"maildir:M\"\n}\n"
	    "account \"all\" {\n}\n"));
	a = &settings.accounts[0];
	ck_assert_ptr_nonnull(a->login.password);
	ck_assert_ptr_null(a->login.password_command);
	ck_assert_ptr_null(a->delivery.command);
	a = &settings.accounts[1];
	ck_assert_ptr_null(a->login.password);
	ck_assert_str_eq(a->login.password_command[0], "y");
	ck_assert_str_eq(a->delivery.command[0], "z");
}
END_TEST

START_TEST(every_mistake_of_an_account_is_reported_with_its_first_line)
{
	static const char *const words[] = {":3: port = \"x\" is not valid", ":1: account one: server is missing",
	    ":1: account one: user is missing", ":1: account one: password or password_command is missing",
	    ":1: account one: deliver_to is missing", ":5: account three: user is missing"};

	ck_assert(!load(scratch_path("a.conf"),
	    "account \"one\" {}\naccount \"two\" {\n port = x\n}\naccount \"three\" {\n server = a\n password = 'x'\n"
	    " deliver_to = \"maildir:M\"\n}\n"));
	ck_assert_uint_eq(problems.count, COUNT(words));
	for (size_t i = 0; i < COUNT(words); i++)
		ck_assert_msg(strstr(problems.lines[i], words[i]) != NULL, "%s", problems.lines[i]);
}
END_TEST

/* Mistakes that make options seem to be missing. */
static const char *const hidden[] = {
    "defaults {\n usr = b\n}\naccount \"one\" {\n server = a\n}\n",
    "account \"one\" {\n server = a\n usr = b\n}\n",
    "account \"one\" {\n server = a\n}\n user = b\n}\n",
    "include(\"missing.conf\")\naccount \"one\" {\n server = a\n}\n",
    "include \"missing.conf\"\naccount \"one\" {\n server = a\n}\n",
    "account \"one\" {\n server = a\n/* user = b\n}\n",
};

START_TEST(options_that_a_mistake_hides_are_not_reported_as_missing)
{
	ck_assert(!load(scratch_path("a.conf"), hidden[_i]));
	for (size_t i = 0; i < problems.count; i++)
		ck_assert_msg(!strstr(problems.lines[i], "is missing"), "%s", problems.lines[i]);
}
END_TEST

START_TEST(two_files_must_not_define_the_same_account)
{
	scratch_write_text(scratch_path("b.conf"), ACCOUNT("two") ACCOUNT("one"));
	ck_assert(!load(scratch_path("a.conf"), "include(\"b.conf\")\n" ACCOUNT("one")));
	expect_problem("another account already has this name");
	ck_assert_ptr_nonnull(strstr(problems.lines[0], scratch_path("b.conf:7:")));
}
END_TEST

/* Accounts that may be wrong: the options of two accounts, and the warning. */
static const struct {
	const char *one, *two, *words;
} doubtful[] = {
    {"tls = starttls port = 995", "server = c", ":1: warning: account one: port 995 usually starts with TLS, but"},
    {"port = 110", "server = c", "account one: port 110 usually starts without TLS, but"},
    {"port = 993", "server = c", "account one: port 993 usually is the port of IMAP; set port"},
    {"port = 143", "server = c", "is the port of IMAP; set port"},
    {"port = 25", "server = c", "is a port of SMTP"},
    {"port = 465", "server = c", "is a port of SMTP"},
    {"port = 587", "server = c", "is a port of SMTP"},
    {"", "", ":2: warning: accounts one and two have the same server, user and destination"},
    {"server = A", "", "accounts one and two"},
    {"tls = starttls", "", "accounts one and two"},
    {"deliver_to = \"maildir:./x/../M\"", "deliver_to = \"maildir:./x/../M\"", "accounts one and two"},
    {"deliver_to = pipe deliver_command = {a, b}", "deliver_to = pipe deliver_command = {a, b}",
	"accounts one and two"},
    {"deliver_to = \"maildir:x/y\"", "deliver_to = \"maildir:x//y/\"", "accounts one and two"},
    {"deliver_to = \"maildir:x/y\"", "deliver_to = \"maildir:x/yz\"", NULL},
    {"deliver_to = \"maildir:x/y\"", "deliver_to = \"maildir:xy\"", NULL},
    {"port = 1100 tls = starttls", "server = c", NULL},
    {"tls = starttls port = 110", "server = c", NULL},
    {"port = 995", "server = c", NULL},
    {"user = c", "", NULL},
    {"port = 1", "", NULL},
    {"deliver_to = \"maildir:N\"", "", NULL},
    {"deliver_to = \"mbox:M\"", "", NULL},
    {"deliver_to = pipe deliver_command = {a, b}", "deliver_to = pipe deliver_command = {a}", NULL},
};

START_TEST(an_account_that_may_be_wrong_is_valid_and_brings_a_warning)
{
	struct problems warnings = {0};
	char text[1024];

	snprintf(text, sizeof(text),
	    "defaults { server = a user = b password = 'x' deliver_to = \"maildir:M\" } account one { %s }\n"
	    "account two { user = b %s }\n",
	    doubtful[_i].one, doubtful[_i].two);
	ck_assert_msg(load(scratch_path("a.conf"), text), "%s", problems.lines[0]);
	warnings_find((struct account *[]){&settings.accounts[0], &settings.accounts[1]}, 2, &warnings);
	ck_assert_uint_eq(warnings.count, doubtful[_i].words != NULL);
	if (doubtful[_i].words)
		ck_assert_msg(strstr(warnings.lines[0], doubtful[_i].words) != NULL, "%s", warnings.lines[0]);
	problems_free(&warnings);
}
END_TEST

static const struct {
	const char *path, *directory, *want;
} resolved[] = {
    {"/a", "/b", "/a"},
    {"a", "/b", "/b/a"},
    {"a", ".", "a"},
    {"./a/../c", "/b", "/b/./a/../c"},
    {"~", "/b", "/home/me"},
    {"~/", "/b", "/home/me/"},
    {"~/a", "/b", "/home/me/a"},
    {"~root", "/b", "/root"},
    {"~root/a", "/b", "/root/a"},
    {"~no-such-user/a", "/b", NULL},
    {"~ /a", "/b", NULL},
    {"~~/a", "/b", NULL},
    {"a~", "/b", "/b/a~"},
    {"a/~b", "/b", "/b/a/~b"},
    {"./~b", "/b", "/b/./~b"},
    {"a$", "/b", "/b/a$"},
    {"a/$1", "/b", "/b/a/$1"},
    {" ~/a", "/b", NULL},
    {"a ", "/b", NULL},
    {"\t~", "/b", NULL},
    {"./~/a", "/b", NULL},
    {"/~", "/b", NULL},
    {"//~/a", "/b", NULL},
    {"a/~/b", "/b", NULL},
    {"\\~/a", "/b", NULL},
    {"'~/a'", "/b", NULL},
    {"\"~/a", "/b", NULL},
    {"a/\"~\"/b", "/b", NULL},
    {"$HOME", "/b", NULL},
    {"$HOME/a", "/b", NULL},
    {"${HOME}/a", "/b", NULL},
    {"$(pwd)/a", "/b", NULL},
    {"/home/$USER/a", "/b", NULL},
    {"a-$USER", "/b", NULL},
    {"file://~/a", "/b", NULL},
    {"", "/b", "/b/"},
};

START_TEST(a_path_is_resolved_from_home_or_from_its_file_or_refused)
{
	struct error err;
	char *path;

	setenv("HOME", "/home/me", 1);
	path = path_resolve("log", resolved[_i].path, resolved[_i].directory, &err);
	if (resolved[_i].want) {
		ck_assert_ptr_nonnull(path);
		ck_assert_str_eq(path, resolved[_i].want);
	} else {
		ck_assert_ptr_null(path);
		ck_assert_int_eq(err.kind, ERROR_CONFIG);
		ck_assert_int_eq(strncmp(err.cause, "log: ", 5), 0);
		ck_assert_str_ne(err.hint, "");
	}
	free(path);
}
END_TEST

START_TEST(the_home_directory_is_read_from_the_system_if_home_is_unusable)
{
	unsetenv("HOME");
	if (path_home())
		ck_assert_int_eq(path_home()[0], '/');
	setenv("HOME", "relative", 1);
	if (path_home())
		ck_assert_int_eq(path_home()[0], '/');
}
END_TEST

int main(void)
{
	Suite *s = suite_create("settings");
	TCase *c = scratch_case(s, "settings"), *p = check_case(s, "paths");

	tcase_add_checked_fixture(c, enter, leave);
	tcase_add_test(c, a_named_configuration_is_read);
	tcase_add_test(c, unset_options_have_their_defaults);
	LOOP_OVER(c, state_dir_is_relative_to_the_configuration_file, state_dirs);
	LOOP_OVER(c, the_log_is_stderr_syslog_or_a_file_relative_to_the_configuration, logs);
	tcase_add_test(c, a_configuration_in_the_current_directory_can_be_named_without_a_directory);
	LOOP_OVER(c, the_default_path_follows_xdg_config_home, places);
	tcase_add_test(c, a_missing_configuration_is_reported_with_its_default_path);
	tcase_add_test(c, a_missing_named_configuration_is_reported);
	LOOP_OVER(c, an_unusable_configuration_is_rejected, wrong);
	tcase_add_test(c, an_account_replaces_inherited_values_of_another_kind);
	tcase_add_test(c, every_mistake_of_an_account_is_reported_with_its_first_line);
	LOOP_OVER(c, options_that_a_mistake_hides_are_not_reported_as_missing, hidden);
	LOOP_OVER(c, an_account_that_may_be_wrong_is_valid_and_brings_a_warning, doubtful);
	tcase_add_test(c, two_files_must_not_define_the_same_account);
	LOOP_OVER(p, a_path_is_resolved_from_home_or_from_its_file_or_refused, resolved);
	tcase_add_test(p, the_home_directory_is_read_from_the_system_if_home_is_unusable);
	return scratch_main(s);
}
