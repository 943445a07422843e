#ifndef MAILHAUL_IO_INTERRUPT_H
#define MAILHAUL_IO_INTERRUPT_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "io/deadline.h"

struct error;

/*
 * Requests to end a run early. SIGINT and SIGTERM request it from the program, which passes the request to its
 * workers by closing a pipe. Workers ignore these signals because a terminal sends them to all processes at once.
 */

/*
 * Catches SIGINT and SIGTERM in the program for interrupt_take and ignores SIGHUP. A signal that was ignored before
 * stays ignored. Sets ERROR_INTERNAL if no pipe can be made.
 */
bool interrupt_catch(struct error *err);

/* Returns a signal that has arrived, SIGINT or SIGTERM, or 0. interrupt_fd is readable while there is one. */
int interrupt_take(void);
int interrupt_fd(void);

/*
 * Ends the program with the first signal taken, as if that signal had never been caught. Returns if there was no
 * signal.
 */
void interrupt_end(void);

/* Forks a worker. For the worker, the end of the pipe `stop` is the request to end. The program keeps the other end. */
pid_t interrupt_fork(const int stop[2]);

/*
 * Sets whether SIGTERM ends this worker. It may do so while the worker waits in a call that nothing else can
 * interrupt, and while ending loses nothing.
 */
void interrupt_expose(bool on);

/* Adds the signals that a started program must have at their default action. */
void interrupt_restore(sigset_t *signals);

/*
 * Sets how long waits may continue after the request, in milliseconds, from the request or from now if it has
 * arrived. Initially 0.
 */
void interrupt_grace(int64_t milliseconds);

/*
 * Return whether the request has arrived. interrupt_came checks for it; interrupt_noted reports the result of earlier
 * checks.
 */
bool interrupt_came(void);
bool interrupt_noted(void);

/* Returns whether the request has arrived and the grace period is over. */
bool interrupt_is_due(void);

/* Sets ERROR_INTERRUPTED. Returns false. */
bool interrupt_error(struct error *err);

/*
 * Polls up to 16 descriptors until a deadline. The wait also ends when the request has arrived and the grace period
 * is over. With WAIT_FAILED, errno is set.
 */
enum interrupt_wait { WAIT_READY, WAIT_TIME_OVER, WAIT_INTERRUPTED, WAIT_FAILED };
enum interrupt_wait interrupt_poll(struct pollfd *fds, unsigned count, deadline until);

#endif
