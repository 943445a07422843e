#ifndef MAILHAUL_FETCH_JOBS_H
#define MAILHAUL_FETCH_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/step.h"
#include "fetch/event.h"

struct account;
struct run_options;
struct tls_trust;

/*
 * The work that a worker's process does for its account, for example worker_run of fetch/worker.h. It sends all
 * results to the parent as events over fd, EVENT_DONE last.
 */
typedef void (*jobs_work)(const struct account *account, const struct tls_trust *trust,
    const struct run_options *options, int fd);

/* The parent's callbacks. index is the account's place in the list. */
struct jobs_listener {
	void (*log)(void *context, size_t index, enum log_level level, const char *text);
	void (*listed)(void *context, size_t index, const struct listed *message); /* NULL: no messages are listed */
	/* silent, here and in an outcome: not to be reported yet, because of report_failures_after. */
	void (*problem)(void *context, size_t index, enum step step, const struct error *err, bool silent);
	void (*fact)(void *context, size_t index, const struct fact *fact); /* NULL: no facts are reported */
	/* Called once for each account, when it ends. An account that could not be started counts as ended. */
	void (*done)(void *context, size_t index, const struct outcome *outcome);
	void *context;
	/*
	 * The following callbacks may be NULL. begins: the account's turn has come; its password command may prompt
	 * the user.
	 */
	void (*begins)(void *context, size_t index);
	void (*progress)(void *context, size_t index, const struct advance *advance);
	/* SIGINT or SIGTERM arrived while accounts were running; they are being stopped. */
	void (*interrupted)(void *context);
	/* Called repeatedly. Returns the milliseconds within which it wants to be called again, or -1. */
	int (*tick)(void *context);
};

/*
 * Does `work` for accounts, each in its own process, at most `parallel` at a time, and calls the listener for every
 * event. Trusted certificates are loaded and passwords obtained before the fork, in the calling process. Only that
 * process may prompt the user.
 *
 * A worker may have been taken over by what a server sent. Its events are checked; one that is invalid, or that no
 * worker sends at that time, ends the worker, and the account fails with ERROR_INTERNAL.
 *
 * SIGINT and SIGTERM end it early: no more accounts are started, and running ones finish what they must
 * (transfer/transfer). A SIGINT after that kills them. Accounts that did not finish fail with ERROR_INTERRUPTED.
 * The caller must end the program by interrupt_end after its last output.
 */
void jobs_run(struct account *const *accounts, size_t count, unsigned parallel, jobs_work work,
    const struct run_options *options, const struct jobs_listener *listener);

#endif
