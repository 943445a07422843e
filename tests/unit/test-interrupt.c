#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "check_main.h"
#include "io/interrupt.h"
#include "io/process.h"
#include "scratch.h"
#include "fs/lock.h"

static int stop[2];

static void enter(void)
{
	struct error err;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	ck_assert(interrupt_catch(&err));
	ck_assert_int_eq(pipe(stop), 0);
}

/*
 * Runs `work` in a worker and returns how its process ended. If `interrupted`, the interruption is requested before the
 * start.
 */
static int in_worker(bool interrupted, void (*work)(void))
{
	int status;
	pid_t pid = interrupt_fork(stop);

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		work();
		_exit(0);
	}
	if (interrupted)
		close(stop[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void must(bool holds)
{
	if (!holds)
		_exit(1);
}

static const int number[] = {SIGINT, SIGTERM};

START_TEST(pending_signals_are_taken_one_by_one)
{
	ck_assert_int_eq(interrupt_take(), 0);
	ck_assert(!interrupt_came());
	raise(number[_i]);
	ck_assert(interrupt_came());
	raise(SIGINT);
	ck_assert_int_eq(interrupt_take(), number[_i]);
	ck_assert_int_eq(interrupt_take(), SIGINT);
	ck_assert_int_eq(interrupt_take(), 0);
}
END_TEST

START_TEST(the_program_ends_by_the_first_signal_it_received)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		raise(number[_i]);
		raise(SIGINT);
		interrupt_end();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), number[_i]);
}
END_TEST

START_TEST(the_program_continues_without_a_signal)
{
	interrupt_end();
	raise(SIGHUP); /* ignored */
	ck_assert_int_eq(interrupt_take(), 0);
}
END_TEST

static void expect_no_interruption(void)
{
	raise(SIGINT);
	raise(SIGTERM);
	raise(SIGHUP);
	must(!interrupt_came() && interrupt_take() == 0);
}

START_TEST(a_worker_ignores_signals)
{
	ck_assert_int_eq(in_worker(false, expect_no_interruption), 0);
}
END_TEST

static void start_program(void)
{
	static char shell[] = "sh", option[] = "-c", script[] = "kill -TERM $$; kill -INT $$; exit 7";
	char *const argv[] = {shell, option, script, NULL};
	const struct process_request request = {.argv = argv, .input = -1, .seconds = 60};
	struct process *process;
	struct error err;
	char words[100];
	int status;

	must(process_start(&process, &request, &err));
	must(process_finish(&process, &status, words, sizeof(words), &err));
	must(status == -SIGTERM);
}

START_TEST(a_program_started_by_a_worker_receives_signals)
{
	ck_assert_int_eq(in_worker(false, start_program), 0);
}
END_TEST

static void wait_for_interruption(void)
{
	must(interrupt_poll(NULL, 0, deadline_in(60)) == WAIT_INTERRUPTED);
	must(interrupt_came() && interrupt_noted() && interrupt_is_due());
}

START_TEST(a_waiting_worker_notices_an_interruption)
{
	ck_assert_int_eq(in_worker(true, wait_for_interruption), 0);
}
END_TEST

static void wait_with_grace(void)
{
	int64_t begin;
	struct pollfd ready = {.fd = STDOUT_FILENO, .events = POLLOUT};

	interrupt_grace(200);
	begin = deadline_clock();
	must(interrupt_poll(NULL, 0, deadline_in(60)) == WAIT_INTERRUPTED);
	must(deadline_clock() - begin >= 200 && interrupt_is_due());
	/* Another grace period begins here, and a ready descriptor is reported as ready. */
	interrupt_grace(10000);
	must(!interrupt_is_due() && interrupt_poll(&ready, 1, deadline_in(60)) == WAIT_READY);
	must(interrupt_poll(NULL, 0, deadline_clock() + 50) == WAIT_TIME_OVER);
}

START_TEST(a_grace_period_extends_waits)
{
	ck_assert_int_eq(in_worker(true, wait_with_grace), 0);
}
END_TEST

static void be_exposed(void)
{
	interrupt_expose(true);
	raise(SIGTERM);
}

static void stop_being_exposed(void)
{
	interrupt_expose(true);
	interrupt_expose(false);
	raise(SIGTERM);
}

START_TEST(an_exposed_worker_can_be_terminated)
{
	int status = in_worker(false, be_exposed);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
	ck_assert_int_eq(in_worker(false, stop_being_exposed), 0);
}
END_TEST

static void wait_for_lock(void)
{
	int fd = open(scratch_path("mbox"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct error err;
	bool dot;

	must(!lock_mbox(fd, scratch_path("mbox"), deadline_in(600), &dot, &err) && err.kind == ERROR_LOCKED);
}

START_TEST(an_interruption_ends_the_wait_for_a_lock)
{
	scratch_write_text(scratch_path("mbox.lock"), "9:elsewhere\n");
	ck_assert_int_eq(in_worker(true, wait_for_lock), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("interrupt");
	TCase *c = scratch_case(s, "interrupt");

	tcase_add_checked_fixture(c, enter, NULL);
	LOOP_OVER(c, pending_signals_are_taken_one_by_one, number);
	LOOP_OVER(c, the_program_ends_by_the_first_signal_it_received, number);
	tcase_add_test(c, the_program_continues_without_a_signal);
	tcase_add_test(c, a_worker_ignores_signals);
	tcase_add_test(c, a_program_started_by_a_worker_receives_signals);
	tcase_add_test(c, a_waiting_worker_notices_an_interruption);
	tcase_add_test(c, a_grace_period_extends_waits);
	tcase_add_test(c, an_exposed_worker_can_be_terminated);
	tcase_add_test(c, an_interruption_ends_the_wait_for_a_lock);
	return scratch_main_apart(s);
}
