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
 * What a worker's process does with its account (fetch/worker.h's worker_run, say). Everything that it has to tell goes
 * to the parent as events over fd, EVENT_DONE last.
 */
typedef void (*jobs_work)(const struct account *account, const struct tls_trust *trust,
    const struct run_options *options, int fd);

/* What the parent is told; index is the account's place in the list. */
struct jobs_listener {
	void (*log)(void *context, size_t index, enum log_level level, const char *text);
	void (*listed)(void *context, size_t index, const struct listed *message);
	/* silent, here and in an outcome: report_failures_after has it not told yet. */
	void (*problem)(void *context, size_t index, enum step step, const struct error *err, bool silent);
	void (*fact)(void *context, size_t index, const struct fact *fact); /* NULL: nobody asked for facts */
	/* Once an account, at its end; an account that could not be started counts as one that ended. */
	void (*done)(void *context, size_t index, const struct outcome *outcome);
	void *context;
	/* What follows may be NULL. The account's turn has come; its password command may talk to the user. */
	void (*begins)(void *context, size_t index);
	void (*progress)(void *context, size_t index, const struct advance *advance);
	/* SIGINT or SIGTERM came while accounts were under way; they are being brought to an end. */
	void (*interrupted)(void *context);
	/* Called again and again; returns in how many milliseconds at the latest it wants to be, or -1. */
	int (*tick)(void *context);
};

/*
 * Does `work` for accounts, each in a process of its own, at most `parallel` at a time, and tells the listener
 * of all that happens. Trusted certificates are loaded and passwords obtained before the fork, in
 * the calling process, which alone may talk to the user.
 *
 * SIGINT and SIGTERM make it end early: no account is begun any more, and those under way finish what they have to
 * (transfer/transfer); a SIGINT after that kills them. All that did not come to their end fail with ERROR_INTERRUPTED.
 * The caller ends the program by interrupt_end, when all is said.
 */
void jobs_run(struct account *const *accounts, size_t count, unsigned parallel, jobs_work work,
    const struct run_options *options, const struct jobs_listener *listener);

#endif
