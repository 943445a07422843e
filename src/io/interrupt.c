#include "config.h"

#include "io/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

enum {
	POLLED_MOST = 16,
};

static const int ours[] = {SIGINT, SIGTERM, SIGHUP};
enum { OURS = sizeof(ours) / sizeof(ours[0]), ENDING = 2 /* SIGINT and SIGTERM */ };

/* The state of this process; signals also exist once per process. */
static struct {
	int wake[2]; /* in the program: the handler writes a signal, and interrupt_take reads it */
	int fd;	     /* readable or at its end after a request; -1: no requests are possible */
	bool worker;
	bool noted;
	int first; /* the first signal taken */
	int64_t grace;
	deadline limit; /* end of all waits after a request was noted */
	bool changed[OURS];
} interrupt = {.wake = {-1, -1}, .fd = -1};

static void note_signal(int number)
{
	const unsigned char octet = (unsigned char)number;
	int before = errno;

	/* A full pipe already holds enough signals. */
	if (write(interrupt.wake[1], &octet, 1) < 0)
		errno = before;
}

bool interrupt_catch(struct error *err)
{
	struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART}, ignore = {.sa_handler = SIG_IGN};

	if (interrupt.fd >= 0)
		return true;
	if (pipe2(interrupt.wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, ERROR_INTERNAL, errno, "cannot create a pipe for signals");
	interrupt.fd = interrupt.wake[0];
	sigemptyset(&action.sa_mask);
	sigemptyset(&ignore.sa_mask);
	for (int i = 0; i < OURS; i++) {
		struct sigaction old;

		interrupt.changed[i] = sigaction(ours[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN;
		if (interrupt.changed[i])
			sigaction(ours[i], i < ENDING ? &action : &ignore, NULL);
	}
	return true;
}

int interrupt_take(void)
{
	unsigned char octet;

	if (interrupt.worker || interrupt.fd < 0 || read(interrupt.fd, &octet, 1) != 1)
		return 0;
	interrupt.noted = true;
	if (interrupt.first == 0)
		interrupt.first = octet;
	return octet;
}

int interrupt_fd(void)
{
	return interrupt.fd;
}

void interrupt_end(void)
{
	while (interrupt_take() != 0)
		;
	if (interrupt.first == 0)
		return;
	signal(interrupt.first, SIG_DFL);
	(void)raise(interrupt.first);
}

/* Blocks the caught signals around fork, so that a new child does not handle a signal meant for the program. */
static void hold(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	for (int i = 0; i < OURS; i++)
		sigaddset(&held, ours[i]);
	sigprocmask(SIG_BLOCK, &held, before);
}

static void become_worker(const int stop[2])
{
	for (int i = 0; i < OURS; i++)
		signal(ours[i], SIG_IGN);
	for (int i = 0; i < 2; i++) {
		if (interrupt.wake[i] >= 0)
			close(interrupt.wake[i]);
		interrupt.wake[i] = -1;
	}
	close(stop[1]);
	interrupt.fd = stop[0];
	interrupt.worker = true;
	interrupt.noted = false;
	interrupt.first = 0;
}

pid_t interrupt_fork(const int stop[2])
{
	sigset_t before;
	pid_t pid;

	hold(&before);
	pid = fork();
	if (pid == 0)
		become_worker(stop);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

void interrupt_expose(bool on)
{
	if (interrupt.worker)
		signal(SIGTERM, on ? SIG_DFL : SIG_IGN);
}

void interrupt_restore(sigset_t *signals)
{
	for (int i = 0; i < OURS; i++) {
		if (interrupt.changed[i])
			sigaddset(signals, ours[i]);
	}
}

void interrupt_grace(int64_t milliseconds)
{
	interrupt.grace = milliseconds;
	interrupt.limit = deadline_clock() + milliseconds;
}

static void note(void)
{
	interrupt.noted = true;
	interrupt.limit = deadline_clock() + interrupt.grace;
}

bool interrupt_came(void)
{
	struct pollfd poll_fd = {.fd = interrupt.fd, .events = POLLIN};

	if (!interrupt.noted && interrupt.fd >= 0 && poll(&poll_fd, 1, 0) > 0)
		note();
	return interrupt.noted;
}

bool interrupt_noted(void)
{
	return interrupt.noted;
}

bool interrupt_is_due(void)
{
	return interrupt.noted && deadline_left(interrupt.limit) == 0;
}

bool interrupt_error(struct error *err)
{
	error_set(err, ERROR_INTERRUPTED, "interrupted");
	return error_hint(err, "no mail is lost; the next run continues where this one stopped");
}

enum interrupt_wait interrupt_poll(struct pollfd *fds, unsigned count, deadline until)
{
	struct pollfd all[POLLED_MOST + 1] = {0};

	for (unsigned i = 0; i < count; i++)
		all[i] = fds[i];
	for (;;) {
		deadline limit = interrupt.noted && interrupt.limit < until ? interrupt.limit : until;
		int left = deadline_left(limit), ready;

		if (left == 0 && limit != until)
			return WAIT_INTERRUPTED;
		all[count] = (struct pollfd){.fd = interrupt.noted ? -1 : interrupt.fd, .events = POLLIN};
		ready = poll(all, count + 1, left);
		if (ready < 0 && errno != EINTR)
			return WAIT_FAILED;
		if (ready > 0 && all[count].revents) {
			note();
			ready--;
		}
		for (unsigned i = 0; i < count && ready > 0; i++)
			fds[i].revents = all[i].revents;
		if (ready > 0)
			return WAIT_READY;
		if (ready == 0 && left == 0)
			return WAIT_TIME_OVER;
	}
}
