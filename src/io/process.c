#include "config.h"

#include "io/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/platform.h"
#include "io/deadline.h"
#include "io/interrupt.h"

extern char **environ;

enum {
	WORDS_MOST = 4096, /* bytes of standard error that are kept */
	REAP_PAUSE_MS = 5,
};

struct process {
	pid_t pid;
	int output; /* its standard output; -1: not collected, or ended */
	int words;  /* its standard error; -1: ended */
	struct buf *collected;
	size_t collected_most;
	struct buf said;
	int64_t seconds;
	deadline until;
	bool grouped; /* it leads a process group of its own */
	bool whole;   /* its group is killed if it fails */
	bool late;    /* the time limit was reached, and the group has received SIGTERM */
	char *name;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void process_free(struct process **p)
{
	close_fd(&(*p)->output);
	close_fd(&(*p)->words);
	buf_free(&(*p)->said);
	free((*p)->name);
	free(*p);
	*p = NULL;
}

/* Makes a pipe that other programs do not inherit and whose read end does not block. */
static bool make_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static bool refuse(const char *command, int code, struct error *err)
{
	error_errno(err, ERROR_CONFIG, code, "the command %s cannot be started", command);
	if (code == ENOENT && !strchr(command, '/'))
		return error_hint(err, "install it, or give its full path if PATH does not include its directory");
	return error_hint(err, "check its path, and that it is executable");
}

/* Returns whether the user can be asked a question on a terminal. */
static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool spawn(struct process *p, const struct process_request *request, int out, int words, struct error *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults, nothing_blocked;
	int code;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	sigemptyset(&nothing_blocked);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	if (request->input >= 0)
		posix_spawn_file_actions_adddup2(&actions, request->input, STDIN_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out >= 0 ? out : words, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
	interrupt_restore(&defaults);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setsigmask(&attributes, &nothing_blocked);
	/* In a group of its own, an action receives no signals from the terminal, and can be ended as a whole. */
	p->grouped = !p->collected || !has_terminal();
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
	    (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (p->grouped ? POSIX_SPAWN_SETPGROUP : 0)));
	code = posix_spawnp(&p->pid, request->argv[0], &actions, &attributes, request->argv,
	    request->environment ? request->environment : environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return code == 0 || refuse(request->argv[0], code, err);
}

bool process_start(struct process **out, const struct process_request *request, struct error *err)
{
	struct process *p = memory_zeroed(1, sizeof(*p));
	const char *name = request->argv[0];
	int from[2] = {-1, -1}, words[2] = {-1, -1};
	bool ok;

	p->output = p->words = -1;
	p->collected = request->output;
	p->collected_most = request->output_most;
	p->seconds = request->seconds;
	p->until = deadline_in(request->seconds);
	p->whole = request->whole;
	p->name = memory_copy_string(name);
	ok = make_pipe(words) && (!request->output || make_pipe(from));
	if (!ok)
		error_errno(err, ERROR_INTERNAL, errno, "cannot create a pipe to the command %s", name);
	ok = ok && spawn(p, request, from[1], words[1], err);
	close_fd(&from[1]);
	close_fd(&words[1]);
	p->output = from[0];
	p->words = words[0];
	if (!ok)
		process_free(&p);
	*out = p;
	return ok;
}

/* Reads the available data into `into`, which keeps at most `most` bytes. Closes fd at its end. */
static void drain(int *fd, struct buf *into, size_t most)
{
	char piece[4096];
	ssize_t n = read(*fd, piece, sizeof(piece));

	if (n > 0) {
		size_t room = into->length < most ? most - into->length : 0;

		buf_append(into, piece, (size_t)n < room ? (size_t)n : room);
		platform_wipe(piece, (size_t)n); /* the data may be a password */
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_fd(fd);
	}
}

/*
 * Signals the command and, if it has a group of its own, everything in that group. Returns false if all of it belongs
 * to other users.
 */
static bool signal_group(const struct process *p, int number)
{
	return kill(p->grouped ? -p->pid : p->pid, number) == 0;
}

static bool fail_late(const struct process *p, struct error *err)
{
	return error_set(err, ERROR_NETWORK, "the command %s took longer than %lld s", p->name, (long long)p->seconds);
}

/* The time limit is reached. A stopped command gets the first signal only when it continues. */
static void ask_to_end(struct process *p)
{
	p->late = true;
	p->until = deadline_in(PROCESS_GRACE);
	(void)signal_group(p, SIGTERM);
	(void)signal_group(p, SIGCONT);
}

/* Waits at most `most_ms` and collects output. Returns false with *err set if the command has to be killed. */
static bool turn(struct process *p, int most_ms, struct error *err)
{
	struct pollfd fds[2] = {
	    {.fd = p->output, .events = POLLIN},
	    {.fd = p->words, .events = POLLIN},
	};
	int left = deadline_left(p->until);

	if (left == 0 && p->late)
		return fail_late(p, err);
	if (left == 0)
		ask_to_end(p);
	if (p->collected && interrupt_came())
		return interrupt_error(err);
	if (poll(fds, 2, most_ms < left ? most_ms : left) < 0 && errno != EINTR)
		return error_errno(err, ERROR_INTERNAL, errno, "waiting for the command %s failed", p->name);
	if (fds[0].revents && p->collected)
		drain(&p->output, p->collected, p->collected_most);
	if (fds[1].revents)
		drain(&p->words, &p->said, WORDS_MOST);
	return true;
}

/*
 * Sets *ended to whether the command has ended. It is not reaped yet, so no other process group can have its number.
 * If SIGCHLD was ignored, the exit status is lost.
 */
static bool look(const struct process *p, bool *ended, bool *failed, struct error *err)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return error_errno(err, ERROR_INTERNAL, errno, "the exit status of the command %s is unknown", p->name);
	*ended = info.si_pid == p->pid;
	*failed = *ended && (info.si_code != CLD_EXITED || info.si_status != 0);
	return true;
}

/* Takes what the command has written, and its exit status. */
static int collect(struct process *p, char *words, size_t size)
{
	int status = 0;

	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	while (p->output >= 0) {
		size_t before = p->collected->length;

		drain(&p->output, p->collected, p->collected_most);
		if (p->collected->length == before)
			break;
	}
	if (p->words >= 0)
		drain(&p->words, &p->said, WORDS_MOST);
	while (p->said.length > 0 && strchr("\r\n", p->said.data[p->said.length - 1]))
		p->said.length--;
	escape_text(words, size, p->said.data ? p->said.data : "", p->said.length);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

bool process_finish(struct process **process, int *exit_status, char *words, size_t size, struct error *err)
{
	struct process *p = *process;
	bool ended = false, failed = false, ok;

	/*
	 * A command's outputs nearly always end when the command ends. A grandchild may keep them open for longer, so
	 * the loop also checks the command itself.
	 */
	while (!ended) {
		bool quiet = p->output < 0 && p->words < 0;

		if (!look(p, &ended, &failed, err)) {
			process_free(process);
			return false;
		}
		if (!ended && !turn(p, quiet ? REAP_PAUSE_MS : 50, err)) {
			process_kill(process);
			return false;
		}
	}
	if (failed && p->grouped && (p->whole || p->late))
		(void)signal_group(p, SIGKILL);
	ok = !failed || !p->late || fail_late(p, err);
	*exit_status = collect(p, words, size);
	process_free(process);
	return ok;
}

const char *process_end_words(int exit_status, char out[PROCESS_END])
{
	if (exit_status < 0)
		snprintf(out, PROCESS_END, "was killed by signal %d (%s)", -exit_status, strsignal(-exit_status));
	else
		snprintf(out, PROCESS_END, "exited with status %d", exit_status);
	return out;
}

void process_kill(struct process **p)
{
	if (!*p)
		return;
	/* A command that mailhaul may not end is reaped when mailhaul has ended. */
	if (signal_group(*p, SIGKILL)) {
		while (waitpid((*p)->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	process_free(p);
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool process_probe(const char *command, struct error *err)
{
	const char *directories = getenv("PATH");
	bool found = false;

	if (strchr(command, '/'))
		return is_program(command) || refuse(command, access(command, F_OK) == 0 ? EACCES : errno, err);
	while (directories && !found) {
		size_t length = strcspn(directories, ":");
		/* An empty entry in PATH is the current directory. */
		char *path = memory_format("%.*s%s%s", (int)length, directories, length > 0 ? "/" : "", command);

		found = is_program(path);
		free(path);
		directories = directories[length] ? directories + length + 1 : NULL;
	}
	return found || refuse(command, ENOENT, err);
}
