#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "check_main.h"
#include "io/deadline.h"
#include "io/environment.h"
#include "io/process.h"

enum { ARGUMENTS_MOST = 8, LIMIT = 20 };

/* A command and its result. */
struct run {
	struct process *process;
	struct buf output;
	int status;
	char words[256];
	struct error err;
};

/* Of the next commands. */
static char *const *environment;
static bool whole;

/* Starts a command whose output is collected. NULL ends the arguments. */
static bool begin(struct run *r, int input, size_t output_most, int64_t seconds, ...)
{
	char *argv[ARGUMENTS_MOST + 1] = {NULL};
	struct process_request request;
	const char *argument;
	va_list args;
	bool ok;

	*r = (struct run){.status = -1};
	va_start(args, seconds);
	for (int i = 0; i < ARGUMENTS_MOST && (argument = va_arg(args, const char *)) != NULL; i++)
		argv[i] = memory_copy_string(argument);
	va_end(args);
	request = (struct process_request){
	    .argv = argv,
	    .environment = environment,
	    .input = input,
	    .output = output_most > 0 ? &r->output : NULL,
	    .output_most = output_most,
	    .seconds = seconds,
	    .whole = whole,
	};
	ok = process_start(&r->process, &request, &r->err);
	for (int i = 0; i < ARGUMENTS_MOST; i++)
		free(argv[i]);
	return ok;
}

static bool finish(struct run *r)
{
	return process_finish(&r->process, &r->status, r->words, sizeof(r->words), &r->err);
}

/* Runs a shell command until it ends. */
static void shell(struct run *r, const char *line, size_t output_most)
{
	ck_assert(begin(r, -1, output_most, LIMIT, "sh", "-c", line, NULL));
	ck_assert_msg(finish(r), "%s", r->err.cause);
	ck_assert_ptr_eq(r->process, NULL);
}

START_TEST(arguments_reach_the_command_without_a_shell)
{
	struct run r;

	ck_assert(begin(&r, -1, 1000, LIMIT, "printf", "[%s]", "$HOME `id`; a|b >c * 'd' \"e\"", "", "\n", NULL));
	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert_str_eq(buf_string(&r.output), "[$HOME `id`; a|b >c * 'd' \"e\"][][\n]");
	ck_assert_str_eq(r.words, "");
	buf_free(&r.output);
}
END_TEST

START_TEST(the_exit_status_is_reported)
{
	static const int statuses[] = {0, 1, 75, 255};
	char line[32];
	struct run r;

	for (size_t i = 0; i < COUNT(statuses); i++) {
		snprintf(line, sizeof(line), "exit %d", statuses[i]);
		shell(&r, line, 0);
		ck_assert_int_eq(r.status, statuses[i]);
	}
}
END_TEST

START_TEST(death_by_a_signal_is_not_a_success)
{
	struct run r;

	shell(&r, "kill -TERM $$", 0);
	ck_assert_int_eq(r.status, -SIGTERM);
	shell(&r, "kill -KILL $$", 0);
	ck_assert_int_eq(r.status, -SIGKILL);
	shell(&r, "sh -c 'kill -KILL $$'; exit $?", 0);
	ck_assert_int_eq(r.status, 128 + SIGKILL);
}
END_TEST

START_TEST(a_lost_exit_status_is_an_internal_error)
{
	struct run r;

	/* A child inherits an ignored SIGCHLD, with which the system discards exit statuses. */
	signal(SIGCHLD, SIG_IGN);
	ck_assert(begin(&r, -1, 0, LIMIT, "false", NULL));
	ck_assert(!finish(&r));
	ck_assert_int_eq(r.err.kind, ERROR_INTERNAL);
	ck_assert_ptr_eq(r.process, NULL);
}
END_TEST

START_TEST(the_command_has_the_default_action_for_sigpipe)
{
	struct run r;

	signal(SIGPIPE, SIG_IGN);
	shell(&r, "kill -PIPE $$; exit 0", 0);
	ck_assert_int_eq(r.status, -SIGPIPE);
}
END_TEST

START_TEST(output_is_collected_up_to_a_maximum)
{
	struct run r;

	shell(&r, "head -c 300000 /dev/zero | tr '\\0' x", 1000000);
	ck_assert_uint_eq(r.output.length, 300000);
	ck_assert_uint_eq(strspn(buf_string(&r.output), "x"), 300000);
	buf_free(&r.output);
	shell(&r, "head -c 300000 /dev/zero | tr '\\0' x; printf y; exit 4", 70000);
	ck_assert_uint_eq(r.output.length, 70000);
	ck_assert_int_eq(r.status, 4);
	buf_free(&r.output);
	shell(&r, "printf 0123456789abcdef", 10);
	ck_assert_str_eq(buf_string(&r.output), "0123456789");
	buf_free(&r.output);
}
END_TEST

START_TEST(standard_error_is_escaped_to_one_line)
{
	struct run r;

	shell(&r, "echo out; printf 'one\\ntwo\\033\\n\\n' >&2; exit 1", 100);
	ck_assert_str_eq(r.words, "one\\x0atwo\\x1b");
	ck_assert_str_eq(buf_string(&r.output), "out\n");
	ck_assert_int_eq(r.status, 1);
	buf_free(&r.output);
}
END_TEST

START_TEST(uncollected_output_goes_to_standard_error)
{
	struct run r;

	shell(&r, "echo out; echo err >&2", 0);
	ck_assert_str_eq(r.words, "out\\x0aerr");
}
END_TEST

START_TEST(the_beginning_of_long_error_output_is_kept)
{
	struct run r;

	shell(&r, "head -c 1000000 /dev/zero | tr '\\0' w >&2; exit 2", 0);
	ck_assert_int_eq(r.status, 2);
	ck_assert_uint_eq(strlen(r.words), sizeof(r.words) - 1);
	ck_assert_uint_eq(strspn(r.words, "w"), sizeof(r.words) - 4);
	ck_assert_str_eq(r.words + sizeof(r.words) - 4, "...");
}
END_TEST

START_TEST(the_command_reads_empty_input_if_none_is_given)
{
	struct run r;

	ck_assert(begin(&r, -1, 100, LIMIT, "cat", NULL));
	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert_uint_eq(r.output.length, 0);
}
END_TEST

/* Makes an unnamed file of these bytes, positioned at its start. */
static int file_of(const char *bytes, size_t length)
{
	FILE *file = tmpfile();
	int fd;

	ck_assert_ptr_ne(file, NULL);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	ck_assert_int_eq(fflush(file), 0);
	fd = dup(fileno(file));
	fclose(file);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

START_TEST(input_arrives_unchanged_while_output_is_collected)
{
	static char bytes[700001];
	struct run r;
	int input;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(unsigned char)(i * 31 % 257);
	input = file_of(bytes, sizeof(bytes));
	ck_assert(begin(&r, input, sizeof(bytes) * 2, LIMIT, "cat", NULL));
	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert_uint_eq(r.output.length, sizeof(bytes));
	ck_assert_mem_eq(r.output.data, bytes, sizeof(bytes));
	ck_assert_int_eq(close(input), 0); /* still open, and owned by the caller */
	buf_free(&r.output);
}
END_TEST

START_TEST(a_command_that_does_not_read_its_input_may_still_succeed)
{
	static char bytes[300000];
	struct run r;
	int input = file_of(bytes, sizeof(bytes));

	ck_assert(begin(&r, input, 0, LIMIT, "sh", "-c", "exec 0<&-; echo done; exit 0", NULL));
	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert_str_eq(r.words, "done");
	close(input);
}
END_TEST

START_TEST(a_command_that_takes_too_long_is_killed)
{
	struct run r;
	int64_t before = deadline_clock(), took;

	ck_assert(begin(&r, -1, 100, 1, "sleep", "30", NULL));
	ck_assert(!finish(&r));
	took = deadline_clock() - before;
	ck_assert_int_ge(took, 900);
	ck_assert_int_lt(took, 10000);
	ck_assert_int_eq(r.err.kind, ERROR_NETWORK);
	ck_assert_str_eq(r.err.cause, "the command sleep took longer than 1 s");
	ck_assert_ptr_eq(r.process, NULL);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(a_command_that_closes_its_output_and_lingers_is_killed)
{
	struct run r;

	ck_assert(begin(&r, -1, 100, 1, "sh", "-c", "exec >&- 2>&-; sleep 30", NULL));
	ck_assert(!finish(&r));
	ck_assert_int_eq(r.err.kind, ERROR_NETWORK);
}
END_TEST

START_TEST(a_command_with_endless_output_is_killed)
{
	struct run r;

	ck_assert(begin(&r, -1, 100, 1, "yes", NULL));
	ck_assert(!finish(&r));
	ck_assert_int_eq(r.err.kind, ERROR_NETWORK);
	ck_assert_uint_eq(r.output.length, 100);
	buf_free(&r.output);
}
END_TEST

/* Commands that start processes, all of which hold WITNESS open. */
enum { WITNESS = 7 };
static const struct {
	const char *command;
	int64_t seconds; /* the time limit */
	int status;	 /* of the command, or -1 if it takes too long */
} leaving[] = {
    {"sh -c 'sleep 300' & wait", 1, -1},
    {"sleep 300; echo too late", 1, -1},
    {"trap '' TERM; sh -c 'sleep 300; sleep 300' & wait; sleep 300", 1, -1},
    {"(trap '' TERM; sleep 300) & sleep 300", 1, -1},
    {"kill -STOP $$", 1, -1},
    {"sh -c 'sleep 300' & exit 3", LIMIT, 3},
    {"sh -c 'sleep 300' & kill -9 $$", LIMIT, -9},
};

/* Starts a script that holds WITNESS open. Returns the other end, which is at its end when nothing of it is left. */
static int start_witnessed(struct run *r, const char *script, int64_t seconds, size_t output_most)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], WITNESS), WITNESS);
	close(ends[1]);
	whole = true;
	ck_assert(begin(r, -1, output_most, seconds, "sh", "-c", script, NULL));
	whole = false;
	close(WITNESS);
	return ends[0];
}

/* Waits at most `wait_ms` for the end of everything that holds WITNESS. */
static bool is_over(int end, int wait_ms)
{
	struct pollfd fd = {.fd = end, .events = POLLIN};

	return poll(&fd, 1, wait_ms) == 1 && (fd.revents & POLLHUP);
}

START_TEST(nothing_of_a_command_that_fails_continues)
{
	struct run r;
	int end = start_witnessed(&r, leaving[_i].command, leaving[_i].seconds, 0);

	if (leaving[_i].status == -1) {
		ck_assert(!finish(&r));
		ck_assert_int_eq(r.err.kind, ERROR_NETWORK);
		ck_assert_str_eq(r.err.cause, "the command sh took longer than 1 s");
	} else {
		ck_assert(finish(&r));
		ck_assert_int_eq(r.status, leaving[_i].status);
	}
	ck_assert(is_over(end, LIMIT * 1000));
	close(end);
}
END_TEST

START_TEST(without_a_terminal_a_question_is_ended_as_a_whole)
{
	struct run r;
	int end;

	(void)setsid(); /* no terminal belongs to a new session */
	end = start_witnessed(&r, "sh -c 'sleep 300' & wait", 1, 100);
	ck_assert(!finish(&r));
	ck_assert(is_over(end, LIMIT * 1000));
	close(end);
}
END_TEST

START_TEST(a_command_that_succeeds_after_the_signal_has_succeeded)
{
	struct run r;
	int end = start_witnessed(&r, "trap 'echo in time; exit 0' TERM; sleep 300 & wait", 1, 0);

	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert_str_eq(r.words, "in time");
	close(end);
}
END_TEST

/* With sudo(8), for example. */
START_TEST(a_command_that_may_not_be_killed_does_not_delay_the_run)
{
	struct run r;
	int end;

	if (geteuid() != 0)
		return; /* only root can start a command that it may not kill */
	end = start_witnessed(&r, "echo $$; exec sleep 300", 1, 100);
	ck_assert_int_eq(setresuid(65534, 65534, 0), 0);
	ck_assert(!finish(&r));
	ck_assert_str_eq(r.err.cause, "the command sh took longer than 1 s");
	ck_assert(!is_over(end, 0));
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(kill((pid_t)strtol(buf_string(&r.output), NULL, 10), SIGKILL), 0);
	buf_free(&r.output);
	close(end);
}
END_TEST

START_TEST(a_successful_command_may_leave_a_process)
{
	struct run r;
	int end = start_witnessed(&r, "sleep 300 >&- 2>&- & echo $$; exit 0", LIMIT, 0);

	ck_assert(finish(&r));
	ck_assert_int_eq(r.status, 0);
	ck_assert(!is_over(end, 0));
	ck_assert_int_eq(kill((pid_t)-strtol(r.words, NULL, 10), SIGKILL), 0);
	close(end);
}
END_TEST

START_TEST(variables_replace_all_others_of_their_names)
{
	const struct environment_variable variables[] = {{"MAILHAUL_A", "a b"}, {"MAILHAUL_B", NULL},
	    {"MAILHAUL_C", ""}};
	char **made;
	struct run r;

	setenv("MAILHAUL_A", "old", 1);
	setenv("MAILHAUL_B", "old", 1);
	setenv("MAILHAUL_AB", "kept", 1);
	made = environment_make(variables, COUNT(variables));
	environment = made;
	shell(&r, "env | grep ^MAILHAUL_ | sort | tr '\n' ,", 100);
	environment = NULL;
	ck_assert_str_eq(buf_string(&r.output), "MAILHAUL_A=a b,MAILHAUL_AB=kept,MAILHAUL_C=,");
	environment_free(&made);
	ck_assert_ptr_null(made);
	buf_free(&r.output);
}
END_TEST

START_TEST(killing_ends_the_command_at_once)
{
	struct run r;
	int64_t before = deadline_clock();

	ck_assert(begin(&r, -1, 0, LIMIT, "sleep", "30", NULL));
	process_kill(&r.process);
	ck_assert_ptr_eq(r.process, NULL);
	ck_assert_int_lt(deadline_clock() - before, 10000);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	process_kill(&r.process);
}
END_TEST

START_TEST(a_grandchild_that_holds_the_pipes_does_not_delay_the_end)
{
	struct run r;
	int64_t before = deadline_clock();

	shell(&r, "sleep 15 & echo hi; echo err >&2; exit 3", 100);
	ck_assert_int_lt(deadline_clock() - before, 10000);
	ck_assert_int_eq(r.status, 3);
	ck_assert_str_eq(buf_string(&r.output), "hi\n");
	ck_assert_str_eq(r.words, "err");
	buf_free(&r.output);
}
END_TEST

static const struct {
	const char *command;
	int errno_value;
} unstartable[] = {
    {"/nonexistent/command", ENOENT},
    {"no-such-command-in-path", ENOENT},
    {"/etc", EACCES},
    {"/etc/passwd", EACCES},
};

START_TEST(a_command_that_cannot_be_started_is_a_configuration_error)
{
	struct run r;

	ck_assert(!begin(&r, -1, 100, LIMIT, unstartable[_i].command, NULL));
	ck_assert_int_eq(r.err.kind, ERROR_CONFIG);
	ck_assert_int_eq(r.err.saved_errno, unstartable[_i].errno_value);
	ck_assert_ptr_ne(strstr(r.err.cause, unstartable[_i].command), NULL);
	ck_assert_str_ne(r.err.hint, "");
	ck_assert_ptr_eq(r.process, NULL);
}
END_TEST

/* The failure is found without starting the command. */
START_TEST(a_probe_detects_a_command_that_cannot_be_started)
{
	struct error err;

	ck_assert(!process_probe(unstartable[_i].command, &err));
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_int_eq(err.saved_errno, unstartable[_i].errno_value);
	ck_assert_ptr_ne(strstr(err.cause, unstartable[_i].command), NULL);
	ck_assert(process_probe("sh", &err));
	ck_assert(process_probe("/bin/sh", &err));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("process");
	TCase *c = check_case(s, "process"), *u = check_case(s, "unstartable");

	tcase_set_timeout(c, 30);
	tcase_set_tags(u, SPAWN_ERRORS);
	tcase_add_test(c, arguments_reach_the_command_without_a_shell);
	tcase_add_test(c, the_exit_status_is_reported);
	tcase_add_test(c, death_by_a_signal_is_not_a_success);
	tcase_add_test(c, a_lost_exit_status_is_an_internal_error);
	tcase_add_test(c, the_command_has_the_default_action_for_sigpipe);
	tcase_add_test(c, output_is_collected_up_to_a_maximum);
	tcase_add_test(c, standard_error_is_escaped_to_one_line);
	tcase_add_test(c, uncollected_output_goes_to_standard_error);
	tcase_add_test(c, the_beginning_of_long_error_output_is_kept);
	tcase_add_test(c, the_command_reads_empty_input_if_none_is_given);
	tcase_add_test(c, input_arrives_unchanged_while_output_is_collected);
	tcase_add_test(c, a_command_that_does_not_read_its_input_may_still_succeed);
	tcase_add_test(c, a_command_that_takes_too_long_is_killed);
	tcase_add_test(c, a_command_that_closes_its_output_and_lingers_is_killed);
	tcase_add_test(c, a_command_with_endless_output_is_killed);
	LOOP_OVER(c, nothing_of_a_command_that_fails_continues, leaving);
	tcase_add_test(c, without_a_terminal_a_question_is_ended_as_a_whole);
	tcase_add_test(c, a_command_that_succeeds_after_the_signal_has_succeeded);
	tcase_add_test(c, a_command_that_may_not_be_killed_does_not_delay_the_run);
	tcase_add_test(c, a_successful_command_may_leave_a_process);
	tcase_add_test(c, variables_replace_all_others_of_their_names);
	tcase_add_test(c, killing_ends_the_command_at_once);
	tcase_add_test(c, a_grandchild_that_holds_the_pipes_does_not_delay_the_end);
	LOOP_OVER(c, a_probe_detects_a_command_that_cannot_be_started, unstartable);
	LOOP_OVER(u, a_command_that_cannot_be_started_is_a_configuration_error, unstartable);
	return check_main_apart(s);
}
