#include "config.h"

#include "io/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING = sizeof(ending) / sizeof(ending[0]) };

static volatile sig_atomic_t caught;

static void note_signal(int number)
{
	caught = number;
}

/* Shows text to the user. A failed write is ignored; the following read will fail. */
static void show(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return;
}

/* Waits for a line or a signal. Signals are unblocked only during the wait, so that none can arrive just before it. */
static bool wait_for_line(int fd, const sigset_t *let_through)
{
	fd_set set;
	int ready;

	do {
		FD_ZERO(&set);
		FD_SET(fd, &set);
		ready = pselect(fd + 1, &set, NULL, NULL, NULL, let_through);
	} while (ready < 0 && errno == EINTR && !caught);
	return ready > 0;
}

/* Reads the line without its end. */
static bool read_line(int fd, struct buf *answer)
{
	char *to = buf_reserve(answer, TERMINAL_LINE_MOST);
	ssize_t n = read(fd, to, TERMINAL_LINE_MOST);

	while (n > 0 && (to[n - 1] == '\n' || to[n - 1] == '\r'))
		n--;
	answer->length += n > 0 ? (size_t)n : 0;
	return n > 0;
}

static bool ask_unseen(int fd, const char *question, const sigset_t *let_through, struct buf *answer)
{
	struct termios shown, silent;
	bool ok;

	if (tcgetattr(fd, &shown) != 0)
		return false;
	silent = shown;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ECHONL | ICANON | ISIG;
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
		return false;
	show(fd, question);
	ok = wait_for_line(fd, let_through) && read_line(fd, answer);
	if (caught)
		show(fd, "\n");
	(void)tcsetattr(fd, TCSAFLUSH, &shown);
	return ok;
}

/* Asks with signals blocked that would end or stop the program, until the terminal is restored. */
static bool ask_silently(int fd, const char *question, struct buf *answer)
{
	struct sigaction before[ENDING], action = {.sa_handler = note_signal};
	sigset_t held, old, let_through;
	bool ok;

	caught = 0;
	sigemptyset(&action.sa_mask);
	sigemptyset(&held);
	sigaddset(&held, SIGTSTP);
	for (int i = 0; i < ENDING; i++)
		sigaddset(&held, ending[i]);
	sigprocmask(SIG_BLOCK, &held, &old);
	let_through = old;
	sigaddset(&let_through, SIGTSTP);
	for (int i = 0; i < ENDING; i++)
		sigaction(ending[i], &action, &before[i]);
	ok = ask_unseen(fd, question, &let_through, answer);
	for (int i = 0; i < ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (caught)
		(void)raise(caught);
	return ok;
}

bool terminal_ask(const char *question, struct buf *answer, struct error *err)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		error_set(err, ERROR_CONFIG, "there is no terminal to ask for the password");
		return error_hint(err, "set password_command or password_file for runs without a terminal");
	}
	ok = ask_silently(fd, question, answer);
	close(fd);
	if (ok)
		return true;
	error_set(err, ERROR_CONFIG, "no password was entered");
	return error_hint(err, "run mailhaul again and enter it");
}
