#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/step.h"
#include "check_main.h"
#include "config/account.h"
#include "fetch/event.h"
#include "scratch.h"
#include "ui/messages.h"
#include "ui/report.h"

static char work[] = "work", box[] = "/var/mail/me";
static const struct account account = {.name = work, .delivery.to.path = box};

/* Redirects all further output into files. */
static void enter(void)
{
	setenv("LC_ALL", "C", 1);
	fflush(stdout);
	fflush(stderr);
	ck_assert_ptr_nonnull(freopen(scratch_path("out"), "w", stdout));
	ck_assert_ptr_nonnull(freopen(scratch_path("err"), "w", stderr));
}

static void expect(const char *out, const char *err)
{
	fflush(stdout);
	fflush(stderr);
	scratch_expect_text(scratch_path("out"), out);
	scratch_expect_text(scratch_path("err"), err);
}

static const struct {
	uint64_t octets;
	const char *text;
} sizes[] = {
    {0, "0 B"},
    {1, "1 B"},
    {999, "999 B"},
    {1000, "1.0 kB"},
    {1049, "1.0 kB"},
    {4100, "4.1 kB"},
    {999949, "999.9 kB"},
    {999950, "1.0 MB"},
    {999999, "1.0 MB"},
    {1000000, "1.0 MB"},
    {3200000, "3.2 MB"},
    {999949999, "999.9 MB"},
    {999950000, "1.0 GB"},
    {1900000000, "1.9 GB"},
    {5000000000000, "5.0 TB"},
    {UINT64_MAX, "18446744.1 TB"},
};

START_TEST(a_summary_prints_sizes_in_decimal_units)
{
	struct report r = {.summaries = true};
	struct outcome o = {.ok = true,
	    .left = 5,
	    .fetched = 3,
	    .fetched_octets = sizes[_i].octets,
	    .deleted = 4,
	    .milliseconds = 1260};
	char want[128];

	snprintf(want, sizeof(want), "work: 3 new (%s) -> /var/mail/me, 4 deleted, 5 left on server, 1.3 s\n",
	    sizes[_i].text);
	report_outcome(&r, &account, &o);
	expect(want, "");
}
END_TEST

static const struct {
	bool summaries, ok;
	uint64_t fetched, deleted;
	const char *out, *err;
} outcomes[] = {
    {false, true, 1, 0, "", ""},
    {true, true, 0, 0, "work: 0 new (0 B), 0 deleted, 2 left on server, 0.0 s\n", ""},
    {false, false, 1, 0, "", "mailhaul: work: login: no\n"},
    {true, false, 0, 0, "", "mailhaul: work: login: no\n"},
    {true, false, 1, 0, "work: 1 new (0 B) -> /var/mail/me, 0 deleted, 2 left on server, 0.0 s\n",
	"mailhaul: work: login: no\n"},
    {true, false, 0, 1, "work: 0 new (0 B), 1 deleted, 2 left on server, 0.0 s\n", "mailhaul: work: login: no\n"},
};

START_TEST(an_outcome_prints_a_failure_a_summary_both_or_nothing)
{
	struct report r = {.summaries = outcomes[_i].summaries};
	struct outcome o = {.ok = outcomes[_i].ok,
	    .step = STEP_LOGIN,
	    .left = 2,
	    .fetched = outcomes[_i].fetched,
	    .deleted = outcomes[_i].deleted};

	error_set(&o.err, ERROR_AUTH, "no");
	report_outcome(&r, &account, &o);
	expect(outcomes[_i].out, outcomes[_i].err);
}
END_TEST

static const struct {
	const char *home, *locale, *path, *command, *shown;
} places[] = {
    {"/home/me", "C", "/home/me/Mail/work", NULL, "-> ~/Mail/work"},
    {"/home/me", "C.UTF-8", "/home/me/Mail/work", NULL, "\xe2\x86\x92 ~/Mail/work"},
    {"/home/me/", "C", "/home/me/Mail/work", NULL, "-> ~/Mail/work"},
    {"/home/me", "C", "/home/me", NULL, "-> ~"},
    {"/home/me", "C", "/home/mer/Mail", NULL, "-> /home/mer/Mail"},
    {"/", "C", "/Mail", NULL, "-> /Mail"},
    {"", "C", "/Mail", NULL, "-> /Mail"},
    {NULL, "C", "/Mail", NULL, "-> /Mail"},
    {"/home/me", "C", "/home/me/a\x1b[2Jb", NULL, "-> ~/a\\x1b[2Jb"},
    {"/home/me", "C", NULL, "/usr/bin/procmail", "-> /usr/bin/procmail"},
};

START_TEST(a_summary_prints_the_destination)
{
	struct report r = {.summaries = true};
	struct outcome o = {.ok = true, .left = 1, .fetched = 1};
	char *path = places[_i].path ? strdup(places[_i].path) : NULL;
	char *command[] = {strdup(places[_i].command ? places[_i].command : ""), NULL};
	struct account a = {.name = work, .delivery.to.path = path, .delivery.command = command};
	char want[128];

	unsetenv("HOME");
	if (places[_i].home)
		setenv("HOME", places[_i].home, 1);
	setenv("LC_ALL", places[_i].locale, 1);
	snprintf(want, sizeof(want), "work: 1 new (0 B) %s, 0 deleted, 1 left on server, 0.0 s\n", places[_i].shown);
	report_outcome(&r, &a, &o);
	expect(want, "");
	free(path);
	free(command[0]);
}
END_TEST

START_TEST(an_account_that_was_not_started_is_reported_only_in_verbose_mode)
{
	struct report r = {.summaries = true, .level = _i == 0 ? LOG_NORMAL : LOG_VERBOSE};
	struct outcome o = {.step = STEP_START};

	error_set(&o.err, ERROR_INTERRUPTED, "interrupted");
	report_outcome(&r, &account, &o);
	expect("", _i == 0 ? "" : "mailhaul: work: start: interrupted\n");
}
END_TEST

static const struct {
	const char *account;
	enum step step;
	const char *server, *hint, *line;
} failures[] = {
    {NULL, STEP_NONE, "", "", "mailhaul: cause\n"},
    {NULL, STEP_NONE, "", "fix it", "mailhaul: cause; fix it\n"},
    {"work", STEP_NONE, "", "", "mailhaul: work: cause\n"},
    {"work", STEP_LOGIN, "", "fix it", "mailhaul: work: login: cause; fix it\n"},
    {"work", STEP_LOGIN, "[AUTH] no", "fix it", "mailhaul: work: login: cause (server said: \"[AUTH] no\"); fix it\n"},
    {"work", STEP_LOGIN, "a\x1b[2J\r\nb", "", "mailhaul: work: login: cause (server said: \"a\\x1b[2J\\x0d\\x0ab\")\n"},
};

START_TEST(a_failure_is_one_line_with_account_step_and_reply)
{
	struct error err;

	error_set(&err, ERROR_AUTH, "cause");
	if (failures[_i].server[0])
		error_server(&err, failures[_i].server, strlen(failures[_i].server));
	if (failures[_i].hint[0])
		error_hint(&err, "%s", failures[_i].hint);
	report_error(failures[_i].account, failures[_i].step, &err);
	expect("", failures[_i].line);
}
END_TEST

START_TEST(log_lines_are_printed_up_to_the_configured_level)
{
	struct report r = {.level = LOG_VERBOSE};

	report_log(&r, "work", LOG_QUIET, "one");
	report_log(&r, "work", LOG_NORMAL, "two");
	report_log(&r, "work", LOG_VERBOSE, "three");
	report_log(&r, "work", LOG_WIRE, "four");
	expect("", "mailhaul: work: one\nmailhaul: work: two\nmailhaul: work: three\n");
}
END_TEST

START_TEST(a_silent_failure_is_not_printed)
{
	struct report r = {.summaries = true};
	struct outcome o = {.silent = true, .step = STEP_LOGIN};

	error_set(&o.err, ERROR_NETWORK, "no");
	report_outcome(&r, &account, &o);
	report_problem(&r, "work", STEP_FETCH, &o.err, true);
	report_problem(&r, "work", STEP_FETCH, &o.err, false);
	expect("", "mailhaul: work: fetch: no; the next run tries again\n");
}
END_TEST

START_TEST(a_list_of_messages_goes_to_standard_output)
{
	struct listed m = {.number = 1, .octets = 12};

	event_add_text(&m, "uid", 100);
	event_add_text(&m, "fetch: new", 100);
	messages_say("work", &m, 0);
	expect("work: message 1 (12 bytes): fetch: new\n", "");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("report");
	TCase *c = scratch_case(s, "report");

	tcase_add_checked_fixture(c, enter, NULL);
	LOOP_OVER(c, a_summary_prints_sizes_in_decimal_units, sizes);
	LOOP_OVER(c, a_summary_prints_the_destination, places);
	tcase_add_loop_test(c, an_account_that_was_not_started_is_reported_only_in_verbose_mode, 0, 2);
	LOOP_OVER(c, an_outcome_prints_a_failure_a_summary_both_or_nothing, outcomes);
	LOOP_OVER(c, a_failure_is_one_line_with_account_step_and_reply, failures);
	tcase_add_test(c, log_lines_are_printed_up_to_the_configured_level);
	tcase_add_test(c, a_silent_failure_is_not_printed);
	tcase_add_test(c, a_list_of_messages_goes_to_standard_output);
	return scratch_main_apart(s);
}
