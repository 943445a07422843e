#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/secret.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/file.h"
#include "config/problems.h"
#include "scratch.h"

static struct problems problems;

static void leave(void)
{
	problems_free(&problems);
}

static struct file *read_text(const char *text)
{
	scratch_write_text(scratch_path("mailhaul.conf"), text);
	return file_read(scratch_path("mailhaul.conf"), &problems);
}

static void expect_no_problems(void)
{
	ck_assert_msg(problems.count == 0, "%s", problems.count > 0 ? problems.lines[0] : "");
}

/* Expects a problem of a file at a line, with these words. */
static void expect_problem(size_t index, const char *file, int line, const char *words)
{
	char place[600];

	ck_assert_msg(index < problems.count, "there are %zu problems", problems.count);
	snprintf(place, sizeof(place), "%s:%d: ", scratch_path(file), line);
	ck_assert_msg(strncmp(problems.lines[index], place, strlen(place)) == 0, "%s: not at line %d",
	    problems.lines[index], line);
	ck_assert_msg(strstr(problems.lines[index], words) != NULL, "%s: not \"%s\"", problems.lines[index], words);
	ck_assert_msg(strstr(problems.lines[index], "; ") != NULL, "%s: no hint", problems.lines[index]);
}

#define WHOLE "account \"work\" {\n server = a\n user = b\n password_command = {\"x\"}\n deliver_to = \"mbox:c\"\n}\n"

/* Texts with one problem, the line it is reported for, and words of the message. */
static const struct {
	const char *text;
	int line;
	const char *words;
} single[] = {
    /* An option given twice: libconfuse lets the last one win. */
    {"account \"work\" {\n server = a\n server = b\n}\n", 3, "server is set twice"},
    {"account \"work\" {\n server = a\n server = a\n}\n", 3, "set twice"},
    {"defaults {\n port = 1\n user = b\n port = 2\n}\n", 4, "port is set twice"},
    {"account \"work\" {\n password_command = {\"a\"}\n password_command = {\"b\"}\n}\n", 3, "set twice"},
    {"account \"work\" {\n deliver_command = {\"a\", \"b\", \"c\"}\n deliver_command = {\"a\"}\n}\n", 3, "set twice"},
    {"account \"work\" {\n deliver_command = {\"a\"}\n deliver_command += {\"b\"}\n}\n", 3, "set twice"},
    {"jobs = 1\njobs = 2\n", 2, "jobs is set twice"},
    {"state_dir = a\n\n\nstate_dir = b\n", 4, "state_dir is set twice"},
    {"defaults {\n}\ndefaults {\n}\n", 3, "defaults is set twice"},
    {WHOLE WHOLE, 7, "another account already has this name"},
    /* Unknown names, with the nearest known one. */
    {"account \"work\" {\n sever = a\n}\n", 2, "did you mean server?"},
    {"account \"work\" {\n pasword = a\n}\n", 2, "did you mean password?"},
    {"account \"work\" {\n leave_on_sever = no\n}\n", 2, "did you mean leave_on_server?"},
    {"defaults {\n\n timout = 1\n}\n", 3, "did you mean timeout?"},
    {"acount \"work\" {\n}\n", 1, "did you mean account?"},
    {"statedir = x\n", 1, "did you mean state_dir?"},
    {"something_else = x\n", 1, "mailhaul.conf(5)"},
    {"server = a\n", 1, "there is no option server at the top level"},
    {"account \"work\" {\n jobs = 1\n}\n", 2, "there is no option jobs for accounts"},
    /* Values. */
    {"account \"work\" {\n port = 0\n}\n", 2, "set port to a number from 1 to 65535"},
    {"account \"work\" {\n\n\n tls = none\n}\n", 4, "set tls to implicit (port 995) or starttls (port 110)"},
    {"defaults {\n leave_on_server = 14\n}\n", 2, "set leave_on_server to forever, no"},
    {"account \"work\" {\n password_command = {\"\"}\n}\n", 2, "set password_command to a command"},
    {"jobs = 0\n", 1, "set jobs to a number from 1 to 100"},
    {"jobs = 101\n", 1, "set jobs to a number from 1 to 100"},
    {"log = stdout\n", 1, "set log to stderr, syslog or \"file:PATH\""},
    {"log = \"file:\"\n", 1, "set log to stderr"},
    {"log = syslog\nlog = stderr\n", 2, "log is set twice"},
    {"jobs = many\n", 1, "set jobs to a number from 1 to 100"},
    {"account \".work\" {\n}\n", 1, "rename the account"},
    {"account \"a/b\" {\n}\n", 1, "rename the account"},
    {"account \"\" {\n}\n", 1, "rename the account"},
    /* Grammar. */
    {"account {\n}\n", 1, "the account has no name"},
    {"account \"work\" = {\n}\n", 1, "a section is written without ="},
    {"account = work {\n port = 1\n}\n", 1, "a section is written without ="},
    {"account work\n port = 1\n}\n", 1, "the { of a section is missing"},
    {"account my work {\n}\n", 1, "more text follows the name"},
    {"account me+lists {\n}\n", 1, "put the value in single quotes"},
    {"defaults \"work\" {\n}\n", 1, "the defaults section has no name"},
    {"acount work {\n port = 1\n}\n", 1, "did you mean account?"},
    {"account \"work\" {\n tls {\n  port = x\n }\n port = 1\n}\n", 2, "tls: the = is missing"},
    {"account \"work\" {\n server a\n}\n", 2, "server: the = is missing"},
    {"account \"work\" {\n server: a\n}\n", 2, "server: the = is missing"},
    {"account \"work\" {\n user += a\n}\n", 2, "user: += is only for lists"},
    {"account \"work\" {\n user = {a}\n}\n", 2, "user: the option has one value"},
    {"account \"work\" {\n password_command = {}\n}\n", 2, "password_command: the value is missing"},
    {"account \"work\" {\n user =\n server = a\n}\n", 2, "user: the value is missing"},
    {"account \"work\" {\n user = \n}\n", 2, "user: the value is missing"},
    {"}\n", 1, "no section is open"},
    {"jobs = 2\n\naccount \"work\" {\n port = 1\n}\n}\n", 6, "no section is open"},
    {"account \"work\" {\n port = 1\n\naccount \"home\" {\n port = 1\n}\n", 1,
	"the account opened on line 1 is never closed; add the missing } above line 4"},
    {"\"server\" = a\n", 1, "there is other text where the name of an option is expected"},
    {"account \"work\" {\n on_new_mail = {\"a\" \"b\"}\n}\n", 2, "a comma is missing"},
    {"account \"work\" {\n on_new_mail = {\"a\",\n port = 1\n}\n", 2, "the list opened on line 2 is never closed"},
    {"include \"a\"\n", 1, "write it as include(\"FILE\")"},
    {"account \"work\" {\n include(\"a\")\n}\n", 2, "move it out of the account"},
    /* Lines, whatever precedes them. */
    {"# one\n// two\n/* three\n four */ # five\n\r\n\xc2\xa0 \njobs = 0\n", 7, "jobs"},
    {"\xef\xbb\xbfjobs = 0\n", 1, "jobs"},
    {"jobs = 1\r\nlog = x\r\n", 2, "log"},
    {"account \"work\" {\n on_new_mail = {\"a\", # why\n  \"b\nc\",\n /* d\n */ \"d\"}\n port = x\n}\n", 7, "port"},
    {"include()\n", 1, "include"},
    {"include(\"a\", \"b\")\n", 1, "include(\"FILE\")"},
};

START_TEST(a_problem_is_reported_with_its_line_and_a_hint)
{
	struct file *f = read_text(single[_i].text);

	ck_assert_msg(problems.count == 1, "%zu problems: %s", problems.count,
	    problems.count > 0 ? problems.lines[problems.count - 1] : "");
	expect_problem(0, "mailhaul.conf", single[_i].line, single[_i].words);
	file_free(f);
}
END_TEST

/* libConfuse accepts nearly all of these as complete. */
static const struct {
	const char *text, *words;
} cut_short[] = {
    {"account \"work\" {\n server = a\n user = b\n", ":1: the account opened on line 1 is never closed"},
    {"account \"work\" {", ":1: the account opened on line 1 is never closed"},
    {"\ndefaults {\n port = 1\n", ":2: the defaults section opened on line 2 is never closed"},
    {WHOLE "/* a comment\nthat is open\n", ":7: the comment opened on line 7 is never closed"},
    {WHOLE "account \"home\" {\n server = \"open\n", ":8: server: the quote opened on line 8 is never closed"},
    {WHOLE "account \"home\" {\n server = 'open\n", ":8: server: the quote opened on line 8 is never closed"},
    {WHOLE "account \"home\" {\n password_command = {\"a\", \"b\"", ":8: password_command: the list opened on line 8"},
    {WHOLE "account \"home\" {\n server =", ":8: server: the value is missing"},
    {WHOLE "account \"home", ":7: the quote opened on line 7 is never closed"},
    {WHOLE "account", ":7: the { of a section is missing"},
    {WHOLE "jobs =", ":7: jobs: the value is missing"},
};

START_TEST(a_truncated_file_is_rejected)
{
	file_free(read_text(cut_short[_i].text));
	ck_assert_uint_ge(problems.count, 1);
	ck_assert_msg(strstr(problems.lines[0], cut_short[_i].words) != NULL, "%s", problems.lines[0]);
}
END_TEST

/* A good file cut at every byte is never taken for a complete one. */
START_TEST(a_file_truncated_inside_a_section_is_rejected)
{
	static const char text[] =
	    "defaults {\n # why\n port = 1 }\naccount 'work' {\n server = \"a\" /* b */\n password_command = {\"x\", 'y'}\n}";

	for (size_t cut = sizeof("defaults"); cut < sizeof(text) - 1; cut++) {
		bool whole = cut >= strlen("defaults {\n # why\n port = 1 }") &&
		    cut <= strlen("defaults {\n # why\n port = 1 }\n");
		char part[sizeof(text)];

		snprintf(part, sizeof(part), "%.*s", (int)cut, text);
		file_free(read_text(part));
		ck_assert_msg((problems.count == 0) == whole, "cut at %zu: \"%s\"", cut, part);
		problems_free(&problems);
	}
	file_free(read_text(text));
	expect_no_problems();
}
END_TEST

START_TEST(all_problems_are_reported_together)
{
	struct file *f = read_text("jobs = 0\n"
				   "defaults {\n"
				   "  order = random\n"
				   "}\n"
				   "account \"work\" {\n"
				   "  port = x\n"
				   "  timeout = soon\n"
				   "  timeout = 5s\n"
				   "}\n"
				   "account \"home\" {\n"
				   "  deliver_to = Mail\n"
				   "}\n");

	ck_assert_uint_eq(problems.count, 6);
	expect_problem(0, "mailhaul.conf", 1, "jobs");
	expect_problem(1, "mailhaul.conf", 3, "set order to oldest or newest");
	expect_problem(2, "mailhaul.conf", 6, "port");
	expect_problem(3, "mailhaul.conf", 7, "set timeout to a time");
	expect_problem(4, "mailhaul.conf", 8, "set twice");
	expect_problem(5, "mailhaul.conf", 11, "deliver_to");
	file_free(f);
}
END_TEST

/* Returns the account at that index with the file's values; the caller frees it. */
static struct account fill(const struct file *f, size_t index)
{
	struct account a;
	struct error err;

	account_init(&a, file_account_name(f, index));
	ck_assert_msg(file_fill_account(f, index, &a, &err), "%s", err.cause);
	return a;
}

START_TEST(accounts_inherit_the_defaults_and_override_them)
{
	struct file *f = read_text("account \"first\" {\n server = own\n leave_on_server = no\n}\n"
				   "defaults {\n server = common\n user = me\n leave_on_server = 14d\n timeout = 5\n"
				   " password_command = {\"a\", \"b\"}\n}\n"
				   "account \"second\" {\n password_command = {\"c\"}\n}\n");
	struct account first, second;

	expect_no_problems();
	ck_assert_uint_eq(file_account_count(f), 2);
	first = fill(f, 0);
	second = fill(f, 1);
	ck_assert_str_eq(first.name, "first");
	ck_assert_str_eq(first.server, "own");
	ck_assert_str_eq(first.login.user, "me");
	ck_assert_int_eq(first.retention.mode, RETENTION_NONE);
	ck_assert_int_eq(first.limits.timeout, 5);
	ck_assert_str_eq(first.login.password_command[1], "b");
	ck_assert_str_eq(second.name, "second");
	ck_assert_str_eq(second.server, "common");
	ck_assert_int_eq(second.retention.mode, RETENTION_AGE);
	ck_assert_str_eq(second.login.password_command[0], "c");
	ck_assert_ptr_null(second.login.password_command[1]);
	account_free(&first);
	account_free(&second);
	file_free(f);
}
END_TEST

START_TEST(the_place_of_an_account_is_one_of_its_lines)
{
	static const char text[] = "jobs = 1\n\naccount \"a\" {\n server = x\n}\naccount \"b\" {\n}\n";
	static const int lines[][2] = {{3, 5}, {6, 7}};
	struct file *f = read_text(text);
	char place[600];

	expect_no_problems();
	for (size_t i = 0; i < COUNT(lines); i++) {
		size_t path = strlen(scratch_path("mailhaul.conf"));
		long line;

		file_account_place(f, i, place, sizeof(place));
		ck_assert_msg(strncmp(place, scratch_path("mailhaul.conf"), path) == 0 && place[path] == ':', "%s",
		    place);
		line = strtol(place + path + 1, NULL, 10);
		ck_assert_msg(line >= lines[i][0] && line <= lines[i][1], "%s", place);
	}
	file_free(f);
}
END_TEST

static const struct {
	const char *text, *user;
} quotes[] = {
    {"user = \"a${UNIT_VARIABLE}b\"", "avalueb"},
    {"user = 'a${UNIT_VARIABLE}b'", "a${UNIT_VARIABLE}b"},
    {"user = \"a\\${UNIT_VARIABLE}b\"", "a${UNIT_VARIABLE}b"},
    {"user = \"a${UNIT_MISSING:-else}b\"", "aelseb"},
    {"user = 'a\"b#c/*d*/e'", "a\"b#c/*d*/e"},
    {"user = \"a'b\"", "a'b"},
    {"user = 'a\\'b'", "a'b"},
    {"user = 'a\\\\b'", "a\\b"},
    {"user = CORP\\jane", "CORP\\jane"},
    {"user = \"CORP\\\\jane\"", "CORP\\jane"},
    {"user = 'CORP\\bob'", "CORP\\bob"},
    {"user = \"a\\\"b\"", "a\"b"},
    {"user = a//b", "a//b"},
    {"user = \"a\"#b", "a"},
    {"user = me@example.org # a comment", "me@example.org"},
    {"user = 'm\xc3\xbcller'", "m\xc3\xbcller"},
};

START_TEST(only_double_quotes_expand_variables)
{
	char text[256];
	struct account a;
	struct file *f;

	setenv("UNIT_VARIABLE", "value", 1);
	unsetenv("UNIT_MISSING");
	snprintf(text, sizeof(text), "account \"a\" {\n %s\n}\n", quotes[_i].text);
	f = read_text(text);
	expect_no_problems();
	a = fill(f, 0);
	ck_assert_str_eq(a.login.user, quotes[_i].user);
	account_free(&a);
	file_free(f);
}
END_TEST

static const struct {
	mode_t mode;
	const char *text;
	bool refused;
} modes[] = {
    {0600, "account \"a\" {\n password = 'x'\n}\n", false},
    {0400, "account \"a\" {\n password = 'x'\n}\n", false},
    {0640, "account \"a\" {\n password = 'x'\n}\n", true},
    {0604, "account \"a\" {\n password = 'x'\n}\n", true},
    {0602, "account \"a\" {\n password = 'x'\n}\n", true},
    {0644, "account \"a\" {\n}\naccount \"b\" {\n password = 'x'\n}\n", true},
    {0644, "defaults {\n password = 'x'\n}\n", true},
    {0644, "account \"a\" {\n password_command = {\"x\"}\n}\n", false},
    {0644, "account \"a\" {\n}\n", false},
    {0646, "account \"a\" {\n}\n", true},
};

START_TEST(a_file_with_a_password_must_be_private)
{
	char want[1200];
	char *path = scratch_path("mailhaul.conf");

	scratch_write_text(path, modes[_i].text);
	ck_assert_int_eq(chmod(path, modes[_i].mode), 0);
	file_free(file_read(path, &problems));
	ck_assert_uint_eq(problems.count, modes[_i].refused);
	if (modes[_i].refused) {
		snprintf(want, sizeof(want), "run: chmod %s %s", modes[_i].mode & 022 ? "o-w" : "600", path);
		ck_assert_ptr_nonnull(strstr(problems.lines[0], want));
	}
}
END_TEST

START_TEST(an_included_file_with_a_password_must_be_private)
{
	scratch_write_text(scratch_path("more.conf"), "account \"a\" {\n password = 'x'\n}\n");
	ck_assert_int_eq(chmod(scratch_path("more.conf"), 0644), 0);
	file_free(read_text("include(\"more.conf\")\n"));
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "chmod 600"));
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "more.conf"));
}
END_TEST

START_TEST(an_included_file_is_relative_to_the_including_file)
{
	struct account a, b;
	const char *directory;
	char *place = NULL, line[600];
	struct file *f;

	ck_assert_int_eq(mkdir(scratch_path("sub"), 0700), 0);
	scratch_write_text(scratch_path("sub/one.conf"),
	    "include(\"two.conf\")\naccount \"one\" {\n deliver_to = \"mbox:x\"\n}\n");
	scratch_write_text(scratch_path("sub/two.conf"),
	    "state_dir = here\ndefaults {\n user = me\n deliver_to = \"mbox:y\"\n}\n");
	f = read_text("account \"main\" {\n}\ninclude(\"sub/one.conf\")\n");
	expect_no_problems();
	ck_assert_uint_eq(file_account_count(f), 2);
	a = fill(f, 0);
	b = fill(f, 1);
	ck_assert_str_eq(a.name, "main");
	ck_assert_str_eq(a.login.user, "me");
	ck_assert_str_eq(a.delivery.to.path, scratch_path("sub/y"));
	ck_assert_str_eq(b.name, "one");
	ck_assert_str_eq(b.delivery.to.path, scratch_path("sub/x"));
	ck_assert_str_eq(file_top_value(f, "state_dir", &directory, &place), "here");
	ck_assert_str_eq(directory, scratch_path("sub"));
	snprintf(line, sizeof(line), "%s:1", scratch_path("sub/two.conf"));
	ck_assert_str_eq(place, line);
	free(place);
	place = NULL;
	ck_assert_str_eq(file_top_value(f, "jobs", &directory, &place), "");
	ck_assert_ptr_null(place);
	account_free(&a);
	account_free(&b);
	file_free(f);
}
END_TEST

static void expect_origin(const struct account *a, const char *option, const char *file, int line, bool defaults)
{
	char want[600];

	snprintf(want, sizeof(want), "%s:%d", scratch_path(file), line);
	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, option) != 0)
			continue;
		ck_assert_str_eq(a->origins[i].place, want);
		ck_assert_int_eq(a->origins[i].defaults, defaults);
	}
}

START_TEST(an_account_knows_where_each_option_was_set)
{
	struct account a;
	struct file *f;

	scratch_write_text(scratch_path("one.conf"), "\naccount \"one\" {\n user = you\n port = 1 tls = starttls\n}\n");
	f = read_text("defaults {\n user = me\n timeout = 5s\n deliver_command = {\n  \"a\",\n  \"b\"}\n}\n"
		      "account \"x\" {\n user = they\n}\ninclude(\"one.conf\")\n");
	expect_no_problems();
	a = fill(f, 1);
	expect_origin(&a, "user", "one.conf", 3, false);
	expect_origin(&a, "port", "one.conf", 4, false);
	expect_origin(&a, "tls", "one.conf", 4, false);
	expect_origin(&a, "timeout", "mailhaul.conf", 3, true);
	expect_origin(&a, "deliver_command", "mailhaul.conf", 4, true);
	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, "order") == 0)
			ck_assert_ptr_null(a.origins[i].place);
	}
	account_free(&a);
	file_free(f);
}
END_TEST

START_TEST(a_problem_in_an_included_file_is_reported_with_its_name)
{
	scratch_write_text(scratch_path("more.conf"), "account \"a\" {\n\n port = 0\n}\n");
	file_free(read_text("jobs = 0\ninclude(\"more.conf\")\n"));
	ck_assert_uint_eq(problems.count, 2);
	expect_problem(0, "mailhaul.conf", 1, "jobs");
	expect_problem(1, "more.conf", 3, "port");
}
END_TEST

static const struct {
	const char *main, *more;
	size_t index;
	const char *file;
	int line;
	const char *words;
} includes[] = {
    {"include(\"more.conf\")\ninclude(\"more.conf\")\n", "", 0, "mailhaul.conf", 2, "included twice"},
    {"include(\"mailhaul.conf\")\n", "", 0, "mailhaul.conf", 1, "included twice"},
    {"include(\"more.conf\")\n", "\ninclude(\"mailhaul.conf\")\n", 0, "more.conf", 2, "included twice"},
    {"defaults {\n}\ninclude(\"more.conf\")\n", "\ndefaults {\n}\n", 0, "more.conf", 2,
	"another file already has a defaults"},
};

START_TEST(a_repeated_include_or_defaults_section_is_rejected)
{
	scratch_write_text(scratch_path("more.conf"), includes[_i].more);
	file_free(read_text(includes[_i].main));
	ck_assert_uint_eq(problems.count, 1);
	expect_problem(includes[_i].index, includes[_i].file, includes[_i].line, includes[_i].words);
}
END_TEST

START_TEST(a_long_chain_of_includes_is_rejected)
{
	struct file *f;
	char name[32], text[64];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d.conf", i);
		snprintf(text, sizeof(text), "include(\"%d.conf\")\n", i + 1);
		scratch_write_text(scratch_path(name), text);
	}
	f = read_text("include(\"0.conf\")\n");
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "too many files"));
	file_free(f);
}
END_TEST

static void make_nothing(const char *path)
{
	(void)path;
}

static void make_directory(const char *path)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void make_binary(const char *path)
{
	scratch_write(path, "jobs = 1\n\0\n", 11);
}

static void make_utf16(const char *path)
{
	scratch_write(path,
	    "\xff\xfej\0o\0b\0s\0=\0"
	    "1\0\n\0",
	    16);
}

static void make_unmarked_utf16(const char *path)
{
	scratch_write(path,
	    "\0j\0o\0b\0s\0=\0"
	    "1\0\n",
	    14);
}

static void make_huge(const char *path)
{
	enum { HUGE = 4 * 1024 * 1024 + 1 };
	char *text = malloc(HUGE);

	memset(text, '\n', HUGE);
	scratch_write(path, text, HUGE);
	free(text);
}

static const struct {
	void (*make)(const char *path);
	const char *words;
} unreadable[] = {
    {make_nothing, "No such file"},
    {make_directory, "is not a file"},
    {make_binary, ":2: there is a NUL in this line"},
    {make_huge, "has more than 4 MiB"},
    {make_utf16, "is in UTF-16"},
    {make_unmarked_utf16, "is in UTF-16"},
};

START_TEST(an_unusable_file_is_reported_by_name)
{
	const char *path = scratch_path("other.conf");

	unreadable[_i].make(path);
	file_free(file_read(path, &problems));
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], path));
	ck_assert_msg(strstr(problems.lines[0], unreadable[_i].words) != NULL, "%s", problems.lines[0]);
	problems_free(&problems);
	file_free(read_text("jobs = 1\ninclude(\"other.conf\")\n"));
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], path));
}
END_TEST

static void read_forbidden(void)
{
	file_free(file_read(scratch_path("mailhaul.conf"), &problems));
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "Permission denied"));
}

START_TEST(a_file_without_read_permission_is_reported)
{
	scratch_write_text(scratch_path("mailhaul.conf"), "jobs = 1\n");
	ck_assert_int_eq(chmod(scratch_path("mailhaul.conf"), 0), 0);
	scratch_unprivileged(read_forbidden);
}
END_TEST

START_TEST(problems_are_single_lines_without_control_characters)
{
	file_free(read_text("account \"a\" {\n order = \"x\x1b[2Jy\"\n}\n"));
	ck_assert_uint_eq(problems.count, 1);
	ck_assert_ptr_null(strpbrk(problems.lines[0], "\n\x1b"));
	ck_assert_ptr_nonnull(strstr(problems.lines[0], "\\x1b[2Jy"));
	ck_assert_str_eq(problems.sources[0], "order = \"x\\x1b[2Jy\"");
}
END_TEST

/* What people write in the second line of an account, the message, and the text that is shown below it. */
static const struct {
	const char *line, *words, *shown;
} mistakes[] = {
    /* A backslash in double quotes. */
    {"user = \"CORP\\jane\"", "user: a backslash in double quotes", "user = \"CORP\\jane\""},
    {"user = \"CORP\\bob\"", "or write \\\\ for each backslash", "user = \"CORP\\bob\""},
    {"user = \"CORP\\nina\"", "a backslash in double quotes", "user = \"CORP\\nina\""},
    {"user = \"CORP\\tom\"", "a backslash in double quotes", "user = \"CORP\\tom\""},
    {"user = \"CORP\\xabi\"", "a backslash in double quotes", "user = \"CORP\\xabi\""},
    {"user = \"CORP\\123456\"", "a backslash in double quotes", "user = \"CORP\\123456\""},
    {"password = \"SECR\\ET\"", "password: a backslash in double quotes", NULL},
    {"deliver_to = \"maildir:C:\\Mail\"", "a backslash in double quotes", "deliver_to = \"maildir:C:\\Mail\""},
    {"on_new_mail = {\"grep\", \"\\d+\"}", "a backslash in double quotes", "on_new_mail = {\"grep\", \"\\d+\"}"},
    {"on_new_mail = {\"grep\", \"\\bword\\b\"}", "a backslash in double quotes",
	"on_new_mail = {\"grep\", \"\\bword\\b\"}"},
    {"on_new_mail = {\"a\", \"b\\x00c\"}", "a backslash in double quotes", "on_new_mail = {\"a\", \"b\\x00c\"}"},
    /* Variables. */
    {"user = \"a${UNIT_MISSING}b\"", "the environment variable UNIT_MISSING is not set",
	"user = \"a${UNIT_MISSING}b\""},
    {"user = \"a${}b\"", "is not set", "user = \"a${}b\""},
    {"user = \"a${b\"", "a ${ is not followed by }", "user = \"a${b\""},
    {"on_new_mail = {\"a${b\", \"c}\"}", "a ${ is not followed by }", "on_new_mail = {\"a${b\", \"c}\"}"},
    {"password = \"s3${SECRET}cret\"", "password: an environment variable in the value is not set", NULL},
    {"user = ${HOME}", "user: ${...} is replaced only in double quotes", "user = ${HOME}"},
    {"user = a${HOME}", "user: ${...} is replaced only in double quotes", "user = a${HOME}"},
    {"password = a${SECRET}b", "password: ${...} is replaced only in double quotes", NULL},
    /* Comments that cut a value, and characters that need quotes. */
    {"user = me#1", "user: #, which starts a comment, follows the value", "user = me#1"},
    {"user = me/*1*/", "user: /*, which starts a comment, follows the value", "user = me"},
    {"password = abc#SECRET", "password: #, which starts a comment, follows the value", NULL},
    {"password = #SECRET", "password: the value is missing", NULL},
    {"user = jane+lists", "special characters and has no quotes; put the value in single quotes", "user = jane+lists"},
    {"user = a*b", "special characters", "user = a*b"},
    {"user = a=b", "special characters", "user = a=b"},
    {"user = a(b)", "special characters", "user = a(b)"},
    {"user = a{b}", "special characters", "user = a{b}"},
    {"user = a}b", "special characters", "user = a}b"},
    {"user = a,b", "a comma follows the value", "user = a,b"},
    {"user = me;", "a semicolon follows the value; remove the semicolon", "user = me;"},
    {"user = =me", "starts with a special character", "user = =me"},
    {"password = SEC=RET", "password: the value contains special characters", NULL},
    {"password = SEC\"RET", "password: the value contains special characters", NULL},
    {"password = SECRET,SECRET", "password: a comma follows the value", NULL},
    /* Blanks. */
    {"user = Jane Doe", "user: the value contains blanks and has no quotes; put the value in single quotes",
	"user = Jane Doe"},
    {"user = Jane Doe # why", "user: the value contains blanks", "user = Jane Doe"},
    {"user = Jane Doe port = 1", "user: the value contains blanks", "user = Jane Doe"},
    {"user = Jane password SECRET", "user: the value contains blanks", "user = Jane"},
    {"password = my SECRET", "password: the value contains blanks and has no quotes", NULL},
    {"password = my SECRET = x", "there is more text after the password; put the password in single quotes", NULL},
    {"password_command = pass show SECRET", "set password_command to a command", NULL},
    {"password_command = 'pass show SECRET'", "password_command is not valid; set password_command to a command", NULL},
    {"on_new_mail = notmuch new", "set on_new_mail to a command", "on_new_mail = notmuch new"},
    {"deliver_to = maildir:~/My Mail", "put the value in single quotes", "deliver_to = maildir:~/My Mail"},
    {"user = \"Jane\" Doe", "more text follows the value", "user = \"Jane\" Doe"},
    {"user = \"Jane\"Doe", "more text follows a closing quote", "user = \"Jane\"Doe"},
    /* Quotes. */
    {"password = 'SECRET", "the quote opened on line 2 is never closed", NULL},
    {"password = \"SECRET", "the quote opened on line 2 is never closed", NULL},
    {"password = SECRET'", "special characters", NULL},
    {"password = 'it's SECRET'", "password: more text follows a closing quote; write \\' for a quote", NULL},
    {"password = 'SECRET\\'", "write \\\\ for a backslash in quotes", NULL},
    {"user = \"me", "user: the quote opened on line 2 is never closed", NULL},
    {"user = 'me\xe2\x80\x99", "close it with a straight quote", NULL},
    {"password_command = {\"pass\", \"SECRET}", "the quote opened on line 2 is never closed", NULL},
    {"on_new_mail = {\"a\", \"b, \"c\"}", "", NULL},
    {"password = \xe2\x80\x9cSECRET\xe2\x80\x9d", "password: typographic quotes are not quotes; use straight quotes",
	NULL},
    {"user = \xe2\x80\x98me\xe2\x80\x99", "user: typographic quotes", "user = \xe2\x80\x98me\xe2\x80\x99"},
    {"user = \xc2\xabme\xc2\xbb", "user: typographic quotes", "user = \xc2\xabme\xc2\xbb"},
    {"on_new_mail = {\xe2\x80\x9c"
     "a\xe2\x80\x9d}",
	"typographic quotes",
	"on_new_mail = {\xe2\x80\x9c"
	"a\xe2\x80\x9d}"},
    {"password = `pass SECRET`", "typographic quotes", NULL},
    /* Passwords in other places. */
    {"password SECRET", "password: the = is missing", NULL},
    {"password: SECRET", "password: the = is missing", NULL},
    {"password {SECRET}", "password: the = is missing", NULL},
    {"password = {SECRET}", "password: the option has one value", NULL},
    {"pasword = SECRET", "there is no option pasword for accounts; did you mean password?", NULL},
    {"pasword = my SECRET = x", "there is no", NULL},
    {"pasword SECRET = x", "there is other text where the name of an option is expected", NULL},
    {"user = Jane password SECRET = x", "user: the value contains blanks", "user = Jane"},
    {"user = Jane pasword my SECRET = x", "user: the value contains blanks", "user = Jane"},
    {"SECRET", "there is other text where the name of an option is expected", NULL},
    {"server = \"pop3s://me:SECRET@pop.example.org\"", "server contains more than a host name", NULL},
    {"server = pop3s://me:SECRET@pop.example.org x", "", NULL},
    {"tls_client_key = \"pkcs11:a?pin-value=SECRET\"", "tls_client_key is not valid", NULL},
    /* Servers with more than a name. */
    {"server = pop.example.org:995", "write server = \"pop.example.org\" and, in a line of its own, port = 995",
	"server = pop.example.org:995"},
    {"server = \"pop.example.org:pop3s\"", "write server = \"pop.example.org\"; the option for the port is port",
	"server = \"pop.example.org:pop3s\""},
    {"server = \"[::1]:995\"", "write server = \"::1\" and, in a line of its own, port = 995",
	"server = \"[::1]:995\""},
    {"server = \"[::1]\"", "write server = \"::1\"", "server = \"[::1]\""},
    {"server = pop3s://pop.example.org:995/", "write server = \"pop.example.org\" and",
	"server = pop3s://pop.example.org:995/"},
    {"server = \"pops://pop.example.org\"", "write server = \"pop.example.org\"",
	"server = \"pops://pop.example.org\""},
    {"server = \"pop.example.org 995\"", "write server = \"pop.example.org\" and", "server = \"pop.example.org 995\""},
    {"tls_server_name = \"pop.example.org:995\"", "write tls_server_name = \"pop.example.org\"",
	"tls_server_name = \"pop.example.org:995\""},
    /* Options of the top level, and paths. */
    {"jobs = 2", "there is no option jobs for accounts; move it out of the account", NULL},
    {"deliver_to = \"maildir: ~/x\"", "deliver_to: there is a blank before or after the path",
	"deliver_to = \"maildir: ~/x\""},
    {"deliver_to = maildir:$HOME/x", "deliver_to: variables such as $HOME are not replaced here",
	"deliver_to = maildir:$HOME/x"},
    {"password_file = '~no-such-user/x'", "password_file: ~no-such-user is not the home directory of a user",
	"password_file = '~no-such-user/x'"},
};

START_TEST(a_mistake_is_reported_with_its_text_unless_that_may_be_a_password)
{
	char text[256];
	bool first = false;

	unsetenv("UNIT_MISSING");
	unsetenv("SECRET");
	snprintf(text, sizeof(text), "account \"a\" {\n %s\n port = x\n}\n", mistakes[_i].line);
	file_free(read_text(text));
	for (size_t i = 0; i < problems.count; i++) {
		ck_assert_msg(!strstr(problems.lines[i], "SECRET") && !strstr(problems.lines[i], "RET"), "%s",
		    problems.lines[i]);
		ck_assert(!problems.sources[i] || !strstr(problems.sources[i], "RET"));
		first = first || strstr(problems.lines[i], mistakes[_i].words);
	}
	ck_assert_msg(first, "%s", problems.count > 0 ? problems.lines[0] : "no problem");
	expect_problem(0, "mailhaul.conf", 2, "");
	if (mistakes[_i].shown)
		ck_assert_str_eq(problems.sources[0], mistakes[_i].shown);
	else
		ck_assert_msg(!problems.sources[0], "%s", problems.sources[0]);
	/* The next line is still understood, and its mistake reported. */
	ck_assert_uint_eq(problems.count, 2);
	expect_problem(1, "mailhaul.conf", 3, "port");
}
END_TEST

START_TEST(nothing_is_repeated_after_a_quote_that_is_not_closed)
{
	file_free(read_text("account \"a\" {\n password = 'my\n SECRET = x\n more SECRET'\n port = 0\n}\n"));
	ck_assert_uint_ge(problems.count, 3);
	for (size_t i = 0; i < problems.count; i++) {
		ck_assert_msg(!strstr(problems.lines[i], "SECRET"), "%s", problems.lines[i]);
		ck_assert_ptr_null(problems.sources[i]);
	}
}
END_TEST

static const char quoted[] =
    "account \"one\" {\n"
    "  server = \"pop.example.org\" user = \"me\"\n"
    "  password = 'SECRET it \"is\" SECRET'\n"
    "  deliver_to = \"pipe\" deliver_command = {\"sh\", '-c',\n"
    "   \"cat\"} # it's\n"
    "}\n"
    "account 'two' {\n"
    "  server = 'a' user = 'me' password = \"SECRET it's SECRET\"\n"
    "  deliver_to = 'maildir:~/Other'\n"
    "}\n"
    "account x { server = a user = me deliver_to = 'mbox:x' password_command = {echo, 'SECRET'} }\n";

/* Reads the text above with a change, and frees it. Returns whether it was refused. */
static bool read_without_a_password_in_problems(char *text)
{
	bool refused;

	file_free(read_text(text));
	refused = problems.count > 0;
	/* The first letter of the password may be missing. */
	for (size_t i = 0; i < problems.count; i++) {
		ck_assert_msg(!strstr(problems.lines[i], "CRET"), "%s\n%s", text, problems.lines[i]);
		ck_assert_msg(!problems.sources[i] || !strstr(problems.sources[i], "CRET"), "%s\n%s", text,
		    problems.sources[i]);
	}
	problems_free(&problems);
	free(text);
	return refused;
}

START_TEST(no_missing_or_added_character_brings_a_password_into_a_problem)
{
	static const char added[] = "'\"{";
	size_t refused = 0;

	ck_assert(!read_without_a_password_in_problems(memory_format("%s", quoted)));
	for (int at = 0; quoted[at] != '\0'; at++) {
		refused += read_without_a_password_in_problems(memory_format("%.*s%s", at, quoted, quoted + at + 1));
		for (const char *c = added; *c; c++)
			refused +=
			    read_without_a_password_in_problems(memory_format("%.*s%c%s", at, quoted, *c, quoted + at));
	}
	ck_assert_uint_gt(refused, sizeof(quoted));
}
END_TEST

START_TEST(no_cut_brings_a_password_into_a_problem)
{
	for (int length = 0; quoted[length] != '\0'; length++)
		(void)read_without_a_password_in_problems(memory_format("%.*s", length, quoted));
}
END_TEST

/* Values that are right, though they look like mistakes. */
static const char *const right[] = {
    "port = 995 # comment",
    "port = 1}\ndefaults {",
    "port = 1 } defaults {",
    "user = a port = 1 tls = starttls",
    "user = \"a\" port = 1",
    "password = 'a b#c\"${d}\\e'",
    "user\n=\nme",
    "on_new_mail = \n{\n'a'\n,\n'b c',}",
    "on_new_mail = {sh, \"-c\", 'a\nb'}",
    "on_new_mail = {\"a\\n\\x41\\101\\\\\"}",
    "server = \"::1\"",
    "server = \"fe80::1%eth0\"",
    ("server = b\xc3\xbc"
     "cher.example"),
    "deliver_to = maildir:~/Mail",
    "deliver_to = \"mbox:C\\xfe\"",
    "user = me # a comment with ' a quote",
    "user = me // \"",
    "user = me /* \" \n ' */ port = 1",
    "user = 'a\\'b'",
    "user = \"${UNIT_MISSING:-x}\"",
    "user = \"a\\${b}\"",
};

START_TEST(a_line_that_is_right_is_accepted)
{
	char text[256];

	unsetenv("UNIT_MISSING");
	snprintf(text, sizeof(text), "account \"a\" {\n %s\n}\n", right[_i]);
	file_free(read_text(text));
	expect_no_problems();
}
END_TEST

static TCase *add_case(Suite *s, const char *name)
{
	TCase *c = scratch_case(s, name);

	tcase_add_checked_fixture(c, NULL, leave);
	return c;
}

int main(void)
{
	Suite *s = suite_create("configuration file");
	TCase *p = add_case(s, "problems"), *v = add_case(s, "values"), *i = add_case(s, "include");
	TCase *r = add_case(s, "reading"), *x = add_case(s, "changed and cut texts");

	LOOP_OVER(p, a_problem_is_reported_with_its_line_and_a_hint, single);
	LOOP_OVER(p, a_mistake_is_reported_with_its_text_unless_that_may_be_a_password, mistakes);
	tcase_add_test(p, nothing_is_repeated_after_a_quote_that_is_not_closed);
	LOOP_OVER(p, a_line_that_is_right_is_accepted, right);
	LOOP_OVER(p, a_truncated_file_is_rejected, cut_short);
	tcase_add_test(p, a_file_truncated_inside_a_section_is_rejected);
	tcase_add_test(p, all_problems_are_reported_together);
	tcase_add_test(p, problems_are_single_lines_without_control_characters);
	tcase_add_test(v, accounts_inherit_the_defaults_and_override_them);
	tcase_add_test(v, the_place_of_an_account_is_one_of_its_lines);
	tcase_set_tags(x, EXHAUSTIVE);
	tcase_add_test(x, no_missing_or_added_character_brings_a_password_into_a_problem);
	tcase_add_test(x, no_cut_brings_a_password_into_a_problem);
	LOOP_OVER(v, only_double_quotes_expand_variables, quotes);
	tcase_add_test(i, an_included_file_is_relative_to_the_including_file);
	tcase_add_test(i, an_account_knows_where_each_option_was_set);
	tcase_add_test(i, a_problem_in_an_included_file_is_reported_with_its_name);
	LOOP_OVER(i, a_repeated_include_or_defaults_section_is_rejected, includes);
	tcase_add_test(i, a_long_chain_of_includes_is_rejected);
	LOOP_OVER(r, a_file_with_a_password_must_be_private, modes);
	tcase_add_test(r, an_included_file_with_a_password_must_be_private);
	LOOP_OVER(r, an_unusable_file_is_reported_by_name, unreadable);
	tcase_add_test(r, a_file_without_read_permission_is_reported);
	return scratch_main(s);
}
