#ifndef MAILHAUL_IO_PROCESS_H
#define MAILHAUL_IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct error;

/* A command that runs without a shell and with a limit on its total time. */
struct process;

/*
 * Starts argv (terminated by NULL, looked up in PATH). Its standard input is `input`, a descriptor that the caller
 * keeps, or empty if `input` is -1. If `output` is given, it collects standard output up to output_most bytes and
 * discards the rest. Otherwise standard output goes where standard error goes. process_finish returns the first part
 * of standard error. Sets ERROR_CONFIG if the command cannot be started.
 *
 * A command with `output` answers a question. It stays in the process group of mailhaul, where it can ask the user,
 * and it ends if the run is interrupted. Any other command performs an action. It has its own process group and is
 * not interrupted.
 */
bool process_start(struct process **out, char *const argv[], int input, struct buf *output, size_t output_most,
    int64_t seconds, struct error *err);

/*
 * Waits until the command ends. Stores its exit status, or -N if signal N ended it. Stores the first part of its
 * standard error in `words` (`size` bytes), escaped, on one line. Sets ERROR_NETWORK if the time limit is reached,
 * and ERROR_INTERRUPTED. Always frees *p.
 */
bool process_finish(struct process **p, int *exit_status, char *words, size_t size, struct error *err);

/* Describes the end of a command with this exit status: "ended with status 1", "was ended by signal 9 (Killed)". */
enum { PROCESS_END = 80 };
const char *process_end_words(int exit_status, char out[PROCESS_END]);

/* Checks that process_start would find the command and may execute it. Fails with the same error. */
bool process_probe(const char *command, struct error *err);

/* Kills the command, waits for it and frees *p; *p may be NULL. */
void process_kill(struct process **p);

#endif
