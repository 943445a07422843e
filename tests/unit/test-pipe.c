#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "check_main.h"
#include "io/deadline.h"
#include "scratch.h"
#include "deliver/destination.h"

static struct destination *d;

/* Opens a destination that passes messages to a shell script, whose $0 is the test's directory. */
static void open_pipe(const char *script, int64_t seconds)
{
	static char words[4][1024], *command[5];
	static struct destination_settings settings;
	struct error err;

	snprintf(words[0], sizeof(words[0]), "sh");
	snprintf(words[1], sizeof(words[1]), "-c");
	snprintf(words[2], sizeof(words[2]), "%s", script);
	snprintf(words[3], sizeof(words[3]), "%s", scratch_path(""));
	for (size_t i = 0; i < 4; i++)
		command[i] = words[i];
	settings = (struct destination_settings){.account = "work", .command = command, .command_limit = seconds};
	ck_assert(pipe_ops.open(&d, &settings, &err));
}

static void enter(void)
{
	setenv("TMPDIR", scratch_path(""), 1);
	signal(SIGPIPE, SIG_IGN); /* as the commands do */
}

static void leave(void)
{
	destination_close(&d);
}

static enum destination_result deliver(const char *bytes, size_t length, struct error *err)
{
	struct destination_message message = {.uid = "1", .sender = "a@b", .now = 1};

	ck_assert(d->ops->begin(d, &message, err));
	ck_assert(d->ops->write(d, bytes, length / 2, err));
	ck_assert(d->ops->write(d, bytes + length / 2, length - length / 2, err));
	return d->ops->finish(d, err);
}

START_TEST(the_command_receives_the_message_byte_for_byte)
{
	static const char message[] = "From a\r\n\0.\n..\n\xff no end";
	struct error err;

	open_pipe("cat >\"$0/got\"", 10);
	ck_assert_int_eq(deliver(message, sizeof(message) - 1, &err), DESTINATION_TOOK);
	ck_assert(d->ops->commit(d, &err));
	scratch_expect(scratch_path("got"), message, sizeof(message) - 1);
	ck_assert_uint_eq(scratch_count(scratch_path("")), 1);
}
END_TEST

START_TEST(each_message_gets_its_own_command)
{
	struct error err;

	open_pipe("{ cat; echo ,; } >>\"$0/got\"", 10);
	ck_assert(d->ops->final);
	ck_assert_int_eq(deliver("one", 3, &err), DESTINATION_TOOK);
	ck_assert_int_eq(deliver("", 0, &err), DESTINATION_TOOK);
	ck_assert_int_eq(deliver("three", 5, &err), DESTINATION_TOOK);
	scratch_expect_text(scratch_path("got"), "one,\n,\nthree,\n");
}
END_TEST

static const struct {
	const char *script;
	enum destination_result result;
	bool temporary;
	const char *words; /* part of the failure's text */
} ends[] = {
    {"cat >/dev/null", DESTINATION_TOOK, false, ""},
    {"exit 0", DESTINATION_TOOK, false, ""},
    {"exit 1", DESTINATION_REFUSED, false, "status 1"},
    {"exit 75", DESTINATION_REFUSED, true, "status 75"},
    {"exit 77", DESTINATION_REFUSED, false, "status 77"},
    {"kill -9 $$", DESTINATION_REFUSED, false, "sh was killed by signal 9 (Killed)"},
    {"echo why >&2; kill -15 $$", DESTINATION_REFUSED, false, "sh was killed by signal 15 (Terminated): why"},
    {"echo no such user >&2; exit 67", DESTINATION_REFUSED, false, "status 67: no such user"},
    {"echo reported on standard output; exit 67", DESTINATION_REFUSED, false, ": reported on standard output"},
    {"printf 'two\\nlines\\033[2J' >&2; exit 1", DESTINATION_REFUSED, false, "two\\x0alines\\x1b[2J"},
    {"echo chatter; echo chatter >&2", DESTINATION_TOOK, false, ""},
};

START_TEST(only_exit_status_0_means_delivered)
{
	struct error err;

	open_pipe(ends[_i].script, 10);
	ck_assert_int_eq(deliver("message\n", 8, &err), ends[_i].result);
	if (ends[_i].result == DESTINATION_TOOK)
		return;
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_int_eq(err.temporary, ends[_i].temporary);
	ck_assert_msg(strstr(err.cause, ends[_i].words) != NULL, "%s", err.cause);
	ck_assert_ptr_nonnull(strstr(err.hint, "stays on the server"));
}
END_TEST

/* The message exceeds the capacity of a pipe. The command need not read it. */
START_TEST(a_command_need_not_read_a_long_message)
{
	enum { LENGTH = 1000000 };
	char *message = calloc(1, LENGTH);
	struct error err;

	open_pipe("exit 0", 10);
	ck_assert_int_eq(deliver(message, LENGTH, &err), DESTINATION_TOOK);
	destination_close(&d);
	open_pipe("head -c 10 >\"$0/got\"; exit 75", 10);
	ck_assert_int_eq(deliver(message, LENGTH, &err), DESTINATION_REFUSED);
	scratch_expect(scratch_path("got"), message, 10);
	destination_close(&d);
	open_pipe("wc -c >\"$0/got\"", 10);
	ck_assert_int_eq(deliver(message, LENGTH, &err), DESTINATION_TOOK);
	scratch_expect_text(scratch_path("got"), "1000000\n");
	free(message);
}
END_TEST

START_TEST(a_command_that_takes_too_long_is_killed)
{
	int64_t start = deadline_clock();
	struct error err;
	char *pid;

	open_pipe("echo $$ >\"$0/pid\"; exec sleep 60", 1);
	ck_assert_int_eq(deliver("message\n", 8, &err), DESTINATION_LATE);
	ck_assert_int_ge(deadline_clock() - start, 1000);
	ck_assert_int_lt(deadline_clock() - start, 30000);
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert(err.temporary);
	ck_assert_ptr_nonnull(strstr(err.cause, "longer than 1 s"));
	pid = scratch_read(scratch_path("pid"), NULL);
	ck_assert_int_ne(kill((pid_t)strtol(pid, NULL, 10), 0), 0);
	free(pid);
}
END_TEST

/* What the command reads, and then the four variables. */
static const char environment_script[] =
    "cat >\"$0/got\"; for v in ACCOUNT UID SENDER SIZE; do eval \"echo \\\"\\$MAILHAUL_$v\\\"\"; done >>\"$0/got\"";

static void expect_variables(const struct destination_facts *facts, const char *variables)
{
	struct destination_message message = {.uid = "1", .now = 1};
	struct error err;

	unlink(scratch_path("got"));
	ck_assert(d->ops->begin(d, &message, &err));
	if (facts)
		d->ops->inform(d, facts);
	ck_assert_int_eq(d->ops->finish(d, &err), DESTINATION_TOOK);
	scratch_expect_text(scratch_path("got"), variables);
}

START_TEST(the_environment_describes_the_message_and_nothing_else)
{
	static const char *const names[] = {"MAILHAUL_ACCOUNT", "MAILHAUL_UID", "MAILHAUL_SENDER", "MAILHAUL_SIZE"};

	for (size_t i = 0; i < COUNT(names); i++)
		setenv(names[i], "inherited", 1);
	open_pipe(environment_script, 10);
	expect_variables(&(struct destination_facts){"a b\"c", "me@example.org", 1204},
	    "work\na b\"c\nme@example.org\n1204\n");
	/* The values of the message before do not remain. */
	expect_variables(NULL, "work\n\n\n0\n");
	expect_variables(&(struct destination_facts){"", "", 7}, "work\n\n\n7\n");
}
END_TEST

START_TEST(a_missing_command_is_reported_by_name)
{
	static char name[] = "/nonexistent/deliver", *command[] = {name, NULL};
	struct destination_settings settings = {.account = "work", .command = command, .command_limit = 10};
	struct error err;

	ck_assert(pipe_ops.open(&d, &settings, &err));
	ck_assert_int_eq(deliver("message\n", 8, &err), DESTINATION_FAILED);
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.cause, name));
	ck_assert_str_ne(err.hint, "");
}
END_TEST

/* The command is started only after the complete message has arrived. */
START_TEST(a_discarded_message_starts_no_command)
{
	struct destination_message message = {.uid = "1", .now = 1};
	struct error err;

	open_pipe("cat >\"$0/got\"", 10);
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert(d->ops->write(d, "half", 4, &err));
	d->ops->discard(d);
	d->ops->discard(d); /* no message is open */
	ck_assert_uint_eq(scratch_count(scratch_path("")), 0);
	ck_assert_int_eq(deliver("whole", 5, &err), DESTINATION_TOOK);
	scratch_expect_text(scratch_path("got"), "whole");
	ck_assert(d->ops->begin(d, &message, &err));
	destination_close(&d);
	scratch_expect_text(scratch_path("got"), "whole");
}
END_TEST

START_TEST(a_message_that_does_not_fit_on_disk_is_a_storage_failure)
{
	struct destination_message message = {.uid = "1", .now = 1};
	struct rlimit limit = {3, RLIM_INFINITY};
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	open_pipe("cat >\"$0/got\"", 10);
	ck_assert(d->ops->begin(d, &message, &err));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert(!d->ops->write(d, "message", 7, &err));
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	d->ops->discard(d);
	setenv("TMPDIR", "/nonexistent", 1);
	ck_assert(!d->ops->begin(d, &message, &err));
	ck_assert_int_eq(err.kind, ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(err.hint, "TMPDIR"));
}
END_TEST

START_TEST(a_missing_temporary_directory_is_reported_before_anything_is_fetched)
{
	char program[] = "true", *command[] = {program, NULL};
	const struct destination_settings settings = {.command = command, .command_limit = 10};
	struct destination *other = NULL;
	struct error err;

	setenv("TMPDIR", scratch_path("missing"), 1);
	ck_assert(!pipe_ops.open(&other, &settings, &err));
	ck_assert_ptr_nonnull(strstr(err.cause, scratch_path("missing")));
	ck_assert_ptr_nonnull(strstr(err.hint, "TMPDIR"));
	ck_assert(!pipe_ops.probe(&settings, &err));
	ck_assert_ptr_nonnull(strstr(err.hint, "TMPDIR"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pipe");
	TCase *c = scratch_case(s, "pipe"), *u = scratch_case(s, "unstartable");

	tcase_add_checked_fixture(c, enter, leave);
	tcase_add_checked_fixture(u, enter, leave);
	tcase_set_tags(u, SPAWN_ERRORS);
	tcase_add_test(c, the_command_receives_the_message_byte_for_byte);
	tcase_add_test(c, each_message_gets_its_own_command);
	LOOP_OVER(c, only_exit_status_0_means_delivered, ends);
	tcase_add_test(c, a_command_need_not_read_a_long_message);
	tcase_add_test(c, a_command_that_takes_too_long_is_killed);
	tcase_add_test(c, the_environment_describes_the_message_and_nothing_else);
	tcase_add_test(u, a_missing_command_is_reported_by_name);
	tcase_add_test(c, a_discarded_message_starts_no_command);
	tcase_add_test(c, a_message_that_does_not_fit_on_disk_is_a_storage_failure);
	tcase_add_test(c, a_missing_temporary_directory_is_reported_before_anything_is_fetched);
	return scratch_main(s);
}
