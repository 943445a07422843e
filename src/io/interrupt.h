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
 * The wish that a run ends early. SIGINT and SIGTERM bring it to the program, which hands it on to its
 * workers by closing a pipe: they ignore signals, because a terminal sends them to all of us at once.
 */

/*
 * In the program: from now on SIGINT and SIGTERM wait for interrupt_take, and SIGHUP is ignored. What was
 * ignored before stays so. ERROR_INTERNAL when there is no pipe.
 */
bool interrupt_catch(struct error *err);

/* Takes a signal that came: SIGINT, SIGTERM, or 0 for none. interrupt_fd can be read while there is one. */
int interrupt_take(void);
int interrupt_fd(void);

/* Ends the program by the signal that was taken first, as if it had never been caught; returns if there was none. */
void interrupt_end(void);

/* Forks a worker, for which the end of the pipe `stop` is the wish; its other end stays with the program. */
pid_t interrupt_fork(const int stop[2]);

/* For a while, SIGTERM ends this worker: it waits where nothing else reaches it and has nothing to lose. */
void interrupt_expose(bool on);

/* The signals that a program which we start shall find as they are by default. */
void interrupt_restore(sigset_t *signals);

/* How long waits go on once the wish is there, from then or from now: milliseconds, 0 at the start. */
void interrupt_grace(int64_t milliseconds);

/* Whether the wish is there: interrupt_came looks, interrupt_noted knows of what somebody has seen. */
bool interrupt_came(void);
bool interrupt_noted(void);

/* Whether the wish is there and the grace is over. */
bool interrupt_is_due(void);

/* Sets *err to say so (ERROR_INTERRUPTED). Returns false. */
bool interrupt_error(struct error *err);

/*
 * poll(2) until a deadline, for at most 16 descriptors, that also ends when the wish is there and the grace over.
 * WAIT_FAILED: errno says why.
 */
enum interrupt_wait { WAIT_READY, WAIT_TIME_OVER, WAIT_INTERRUPTED, WAIT_FAILED };
enum interrupt_wait interrupt_poll(struct pollfd *fds, unsigned count, deadline until);

#endif
