#ifndef MAILHAUL_IO_PROCESS_H
#define MAILHAUL_IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct error;

/* A command that is run without a shell, with a time limit over its whole life. */
struct process;

/*
 * Starts argv (ended by NULL, looked up in PATH). Its standard input is `input`, a descriptor that
 * stays the caller's, or empty when that is -1. Its standard output is collected when `output` is
 * given (at most output_most octets; more is thrown away), else it goes where standard error goes,
 * of which the beginning is kept for process_finish. ERROR_CONFIG when it cannot be started.
 *
 * A command whose output is wanted answers a question: it stays in our process group, where it may ask the user, and
 * ends when we are interrupted. Any other does something: in a group of its own it is left alone until it has done it.
 */
bool process_start(struct process **out, char *const argv[], int input, struct buf *output, size_t output_most,
    int64_t seconds, struct error *err);

/*
 * Waits for its end. Gives the exit status (-N if signal N has ended it) and, in
 * words (size bytes), the beginning of what it wrote to standard error, escaped, on one line.
 * ERROR_NETWORK when the time is over, ERROR_INTERRUPTED. Frees *p in any case.
 */
bool process_finish(struct process **p, int *exit_status, char *words, size_t size, struct error *err);

/* Says in words how a command ended that has this exit status: "ended with status 1", "was ended by signal 9 (Killed)". */
enum { PROCESS_END = 80 };
const char *process_end_words(int exit_status, char out[PROCESS_END]);

/* Whether process_start would find the command and may run it; fails as that would. */
bool process_probe(const char *command, struct error *err);

/* Kills the command, waits for it and frees *p; NULL is accepted. */
void process_kill(struct process **p);

#endif
