#include "config.h"

#include "cmd/every.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "io/deadline.h"
#include "io/notify.h"
#include "ui/report.h"

enum { JITTER = 10 }; /* a pause is longer by up to this part of it, so that not all clients of a server come at once */

static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

struct loop {
	const struct command_line *line;
	struct chosen *chosen;
	pid_t run;	/* the process of the run in progress; 0: there is none */
	deadline next;	/* when the next run begins */
	deadline alive; /* when the watchdog has to hear of us */
	int ended_by;	/* the signal that ends the loop, or 0 */
};

/* A handler writes the signal's number to wake[1]; the loop reads it from wake[0]. */
static int wake[2] = {-1, -1};

static void note_signal(int number)
{
	const unsigned char byte = (unsigned char)number;
	int before = errno;

	if (write(wake[1], &byte, 1) < 0)
		errno = before;
}

static bool catch_signals(struct error *err)
{
	struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};

	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, ERROR_INTERNAL, errno, "cannot create a pipe for signals");
	sigemptyset(&action.sa_mask);
	for (int i = 0; i < CAUGHT; i++) {
		struct sigaction old;

		/* What nohup or a shell has had ignored stays ignored. */
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(caught[i], &action, NULL);
	}
	return true;
}

static void release_signals(void)
{
	for (int i = 0; i < CAUGHT; i++) {
		struct sigaction old;

		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler == note_signal)
			signal(caught[i], SIG_DFL);
	}
	close(wake[0]);
	close(wake[1]);
}

/* Forks with the signals held, so that none meant for the child is taken for one of ours. */
static pid_t fork_run(const struct chosen *chosen)
{
	sigset_t held, before;
	pid_t pid;

	sigemptyset(&held);
	for (int i = 0; i < CAUGHT; i++)
		sigaddset(&held, caught[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
	chosen_inherit(chosen, true);
	pid = fork();
	chosen_inherit(chosen, false);
	if (pid == 0) {
		release_signals();
		notify_forget();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* The jitter protects servers from crowds, not secrets: the clock's smallest digits will do. */
static int64_t pause_ms(const struct loop *l)
{
	struct timespec now = {0};
	int64_t pause = l->line->every * 1000;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return pause + pause / JITTER * (now.tv_nsec / 1000 % 1000) / 1000;
}

static void plan_next(struct loop *l)
{
	int64_t pause = pause_ms(l);
	time_t at = time(NULL) + (time_t)(pause / 1000);
	struct tm local;
	char status[80] = "STATUS=Waiting for the next run";

	l->next = deadline_clock() + pause;
	if (localtime_r(&at, &local))
		(void)strftime(status, sizeof(status), "STATUS=Waiting; the next run begins at %H:%M:%S %z", &local);
	notify_send(status);
}

static void reap(struct loop *l)
{
	struct error err;
	int status;
	pid_t pid;

	/* As the first process of a container this one inherits orphans as well. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != l->run)
			continue;
		l->run = 0;
		if (WIFSIGNALED(status) && l->ended_by == 0) {
			error_set(&err, ERROR_INTERNAL, "the run was killed by signal %d", WTERMSIG(status));
			error_hint(&err, "nothing is lost; the next run continues");
			report_error(NULL, STEP_NONE, &err);
		}
		/* SIGUSR1 has come during the run. */
		if (l->next == 0)
			continue;
		plan_next(l);
	}
}

static void read_again(struct loop *l)
{
	struct chosen now;
	int code;

	if (chosen_load(&now, l->line, &code)) {
		chosen_free(l->chosen);
		*l->chosen = now;
		return;
	}
	chosen_free(&now);
	report_line("the previous configuration stays in use");
}

static void take_signals(struct loop *l)
{
	unsigned char number;

	while (read(wake[0], &number, 1) == 1) {
		if (number == SIGCHLD) {
			reap(l);
		} else if (number == SIGHUP) {
			read_again(l);
		} else if (number == SIGUSR1) {
			l->next = 0;
		} else {
			/* A run takes SIGTERM as the wish to end in order, and a second SIGINT as impatience. */
			if (l->run > 0)
				(void)kill(l->run, l->ended_by != 0 && number == SIGINT ? SIGINT : SIGTERM);
			l->ended_by = l->ended_by ? l->ended_by : number;
			notify_send("STOPPING=1");
		}
	}
}

/* Waits for a signal, the next run or the watchdog. */
static void wait_for_event(struct loop *l)
{
	struct pollfd fd = {.fd = wake[0], .events = POLLIN};
	int64_t watchdog = notify_watchdog_interval();
	deadline until = l->run > 0 ? DEADLINE_NEVER : l->next;

	if (watchdog > 0 && deadline_left(l->alive) == 0) {
		notify_send("WATCHDOG=1");
		l->alive = deadline_clock() + watchdog;
	}
	if (watchdog > 0 && l->alive < until)
		until = l->alive;
	if (poll(&fd, 1, deadline_left(until)) > 0)
		take_signals(l);
}

/* True in the process of the run. */
static bool begin_run(struct loop *l)
{
	struct error err;
	pid_t pid = fork_run(l->chosen);

	if (pid == 0)
		return true;
	l->next = DEADLINE_NEVER;
	if (pid > 0) {
		l->run = pid;
		notify_send("STATUS=Fetching");
		return false;
	}
	error_errno(&err, ERROR_INTERNAL, errno, "cannot start a process for the run");
	report_error(NULL, STEP_NONE, &err);
	plan_next(l);
	return false;
}

bool every_begins_run(const struct command_line *line, struct chosen *chosen, int *code)
{
	struct loop l = {.line = line, .chosen = chosen};
	struct error err;

	if (!catch_signals(&err)) {
		report_error(NULL, STEP_NONE, &err);
		*code = EX_SOFTWARE;
		return false;
	}
	notify_send("READY=1");
	while (l.ended_by == 0 || l.run > 0) {
		if (l.run == 0 && deadline_left(l.next) == 0 && begin_run(&l))
			return true;
		wait_for_event(&l);
	}
	*code = EX_OK;
	release_signals();
	if (l.ended_by == SIGINT)
		(void)raise(SIGINT);
	return false;
}
