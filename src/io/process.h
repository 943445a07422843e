#ifndef MAILHAUL_IO_PROCESS_H
#define MAILHAUL_IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct error;

/* A command that runs without a shell and with a limit on its total time. */
struct process;

/* What is started, and how. */
struct process_request {
	char *const *argv;	  /* terminated by NULL; the program is looked up in PATH */
	char *const *environment; /* terminated by NULL (io/environment); NULL: that of mailhaul */
	int input;		  /* standard input, a descriptor that the caller keeps; -1: empty */
	struct buf *output;	  /* collects standard output; NULL: it goes where standard error goes */
	size_t output_most;	  /* bytes of standard output that are kept; the rest is discarded */
	int64_t seconds;	  /* the time limit */
	bool whole;		  /* if the command fails, nothing of it may continue: its process group is killed */
};

/*
 * Starts a command. process_finish returns the first part of its standard error. Sets ERROR_CONFIG if the command
 * cannot be started.
 *
 * A command with `output` answers a question. Where there is a terminal, it stays in the process group of mailhaul, so
 * that it can ask the user. It ends if the run is interrupted. Any other command performs an action. It has its own
 * process group and is not interrupted.
 */
bool process_start(struct process **out, const struct process_request *request, struct error *err);

/*
 * Waits until the command ends. Stores its exit status, or -N if signal N ended it. Stores the first part of its
 * standard error in `words` (`size` bytes), escaped, on one line. Sets ERROR_NETWORK if the time limit is reached,
 * and ERROR_INTERRUPTED. Always frees *p.
 *
 * At the time limit the command's process group receives SIGTERM and, unless the command then ends with status 0,
 * SIGKILL after PROCESS_GRACE seconds or when the command has ended. Without a process group of its own, only the
 * command itself does.
 */
enum { PROCESS_GRACE = 5 };
bool process_finish(struct process **p, int *exit_status, char *words, size_t size, struct error *err);

/* Describes the end of a command with this exit status: "ended with status 1", "was ended by signal 9 (Killed)". */
enum { PROCESS_END = 80 };
const char *process_end_words(int exit_status, char out[PROCESS_END]);

/* Checks that process_start would find the command and may execute it. Fails with the same error. */
bool process_probe(const char *command, struct error *err);

/*
 * Kills the command with its process group, waits for it and frees *p; *p may be NULL. Does not wait for a command that
 * has become another user's, as with sudo(8), and may not be killed.
 */
void process_kill(struct process **p);

#endif
