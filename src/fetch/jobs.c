#include "config.h"

#include "fetch/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "base/secret.h"
#include "config/account.h"
#include "config/password.h"
#include "config/value_text.h"
#include "fetch/event_pipe.h"
#include "fetch/new_mail.h"
#include "fetch/run_options.h"
#include "fetch/trouble.h"
#include "fetch/worker.h"
#include "io/interrupt.h"
#include "tls/tls.h"

enum {
	OPEN_OTHERS = 14,  /* open files of this process besides one pipe for each worker */
	LINES_MOST = 1000, /* lines of a worker that are printed, unless -v asks for details of every message */
	FACTS_MOST = 4096, /* more than three times as many as a server may announce capabilities */
};

/* A running worker, or {.fd = -1}. */
struct job {
	pid_t pid;
	int fd;
	size_t index;
	struct event_pipe pipe;
	bool after;   /* it runs on_new_mail, after the worker */
	bool done;    /* outcome has been received */
	bool invalid; /* it sent an invalid event and has been killed */
	unsigned lines, facts;
	struct outcome outcome;
};

struct jobs {
	struct account *const *accounts;
	size_t count, next;
	struct job *slots;
	unsigned parallel, running;
	int stop[2];		   /* closing stop[1] tells workers to stop */
	bool stopping, leaving;	   /* interrupted once; interrupted twice */
	struct tls_trust **trusts; /* one per account; accounts with the same files share one */
	jobs_work work;
	const struct run_options *options;
	const struct jobs_listener *listener;
};

/* The outcome of an account for which there was no worker, or whose worker could not begin. */
static struct outcome failed_outcome(const struct jobs *j, size_t index, enum step step, const struct error *err)
{
	struct outcome outcome = {.err = *err};

	outcome.step = step;
	outcome.silent = !trouble_alone(j->accounts[index], j->options, step, &outcome.err);
	return outcome;
}

static void fail_account(const struct jobs *j, size_t index, enum step step, const struct error *err)
{
	const struct outcome outcome = failed_outcome(j, index, step, err);

	j->listener->done(j->listener->context, index, &outcome);
}

static bool same_file(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static struct tls_files files_of(const struct jobs *j, size_t index)
{
	const struct account *a = j->accounts[index];

	return (struct tls_files){
	    .no_authorities = a->tls.trust == TLS_BY_PIN || a->tls.trust == TLS_BY_DANE,
	    .ca_file = a->tls.ca_file,
	    .crl_file = a->tls.crl_file,
	    .client_cert = a->tls.client_cert,
	    .client_key = a->tls.client_key,
	    .key_log = j->options->key_log,
	};
}

static bool same_files(const struct tls_files *a, const struct tls_files *b)
{
	return a->no_authorities == b->no_authorities && same_file(a->ca_file, b->ca_file) &&
	    same_file(a->crl_file, b->crl_file) && same_file(a->client_cert, b->client_cert) &&
	    same_file(a->client_key, b->client_key);
}

/* A certificate with its key is for one worker only, which loads it itself. */
static bool has_key(const struct jobs *j, size_t index)
{
	return j->accounts[index]->tls.client_cert != NULL;
}

static bool load_trust(struct jobs *j, size_t index, struct error *err)
{
	const struct tls_files files = files_of(j, index);

	for (size_t i = 0; i < index; i++) {
		const struct tls_files other = files_of(j, i);

		if (j->trusts[i] && same_files(&other, &files)) {
			j->trusts[index] = j->trusts[i];
			return true;
		}
	}
	return tls_trust_load(&j->trusts[index], &files, err);
}

static void free_trust(struct jobs *j, size_t index)
{
	const struct tls_trust *shared = j->trusts[index];

	for (size_t i = 0; i < j->count; i++) {
		if (i != index && j->trusts[i] == shared)
			j->trusts[i] = NULL;
	}
	tls_trust_free(&j->trusts[index]);
}

/* In the worker: closes the pipes of others, and drops secrets that it has no business with. */
static void drop_others(struct jobs *j, size_t index, bool needs_own)
{
	for (unsigned i = 0; i < j->parallel; i++) {
		if (j->slots[i].fd >= 0)
			close(j->slots[i].fd);
	}
	for (size_t i = 0; i < j->count; i++) {
		if (i == index && needs_own)
			secret_inherit(j->accounts[i]->login.password, false);
		else
			secret_forget(&j->accounts[i]->login.password);
	}
	value_text_wipe_variables();
}

/* In the worker. */
static void do_work(struct jobs *j, size_t index, int fd)
{
	struct event event = {.kind = EVENT_DONE};
	struct error err;

	if (has_key(j, index) && !load_trust(j, index, &err)) {
		event.u.outcome = failed_outcome(j, index, STEP_TRUST, &err);
		event_pipe_send(fd, &event);
		return;
	}
	j->work(j->accounts[index], j->trusts[index], j->options, fd);
}

/* Starts the work for an account or, if `fetched` is its outcome, its on_new_mail. */
static bool start(struct jobs *j, struct job *job, size_t index, const struct outcome *fetched, struct error *err)
{
	struct secret *own = j->accounts[index]->login.password;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(err, ERROR_INTERNAL, errno, "cannot create a pipe to the process for this account");
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*job = (struct job){.fd = -1, .index = index, .done = fetched != NULL, .after = fetched != NULL};
	(void)fflush(NULL); /* buffered output is the parent's to write */
	secret_inherit(own, !fetched);
	job->pid = interrupt_fork(j->stop);
	if (job->pid == 0) {
		(void)platform_die_with_parent();
		close(ends[0]);
		drop_others(j, index, !fetched);
		if (fetched)
			new_mail_run(j->accounts[index], fetched, ends[1]);
		else
			do_work(j, index, ends[1]);
		secret_free(&j->accounts[index]->login.password);
		exit(0);
	}
	secret_inherit(own, false);
	close(ends[1]);
	if (job->pid < 0) {
		close(ends[0]);
		return error_errno(err, ERROR_INTERNAL, errno, "cannot start a process for this account");
	}
	job->fd = ends[0];
	j->running++;
	return true;
}

static void signal_all(const struct jobs *j, int number)
{
	for (unsigned i = 0; i < j->parallel; i++) {
		if (j->slots[i].fd >= 0)
			(void)kill(j->slots[i].pid, number);
	}
}

/* The first signal asks workers to stop. A second one has an effect only if it is SIGINT. */
static void obey_signals(struct jobs *j)
{
	int number;

	while ((number = interrupt_take()) != 0) {
		if (!j->stopping) {
			j->stopping = true;
			close(j->stop[1]);
			j->stop[1] = -1;
			signal_all(j, SIGTERM); /* for children that do not watch the pipe */
			if (j->running > 0 && j->listener->interrupted)
				j->listener->interrupted(j->listener->context);
		} else if (number == SIGINT) {
			j->leaving = true;
			signal_all(j, SIGKILL);
		}
	}
}

static void fail_interrupted(const struct jobs *j, size_t index, enum step step)
{
	struct outcome outcome = {0};

	interrupt_error(&outcome.err);
	outcome.step = step;
	j->listener->done(j->listener->context, index, &outcome);
}

/* Starts the next accounts while slots are free. */
static void start_more(struct jobs *j)
{
	for (unsigned i = 0; i < j->parallel && j->next < j->count; i++) {
		while (j->slots[i].fd < 0 && j->next < j->count && !j->stopping) {
			size_t index = j->next++;
			struct error err;
			bool ok;

			if (j->listener->begins)
				j->listener->begins(j->listener->context, index);
			ok = password_obtain(j->accounts, index, &err);
			obey_signals(j);
			if (j->stopping)
				fail_interrupted(j, index, STEP_START);
			else if (!ok)
				fail_account(j, index, STEP_PASSWORD, &err);
			else if (!has_key(j, index) && !load_trust(j, index, &err))
				fail_account(j, index, STEP_TRUST, &err);
			else if (!start(j, &j->slots[i], index, NULL, &err))
				fail_account(j, index, STEP_START, &err);
		}
	}
}

/* Asks for typed passwords before anything else happens. A failure is reported when the account's turn comes. */
static void ask_first(struct jobs *j)
{
	struct error err;

	for (size_t i = 0; i < j->count && !j->stopping; i++) {
		if (j->accounts[i]->login.source == SECRET_PROMPT)
			(void)password_obtain(j->accounts, i, &err);
		obey_signals(j);
	}
}

/*
 * Returns whether a worker that follows the rules sends this event now. What it sends is bounded, because it is kept or
 * printed; progress is neither.
 */
static bool is_expected(const struct jobs *j, struct job *job, const struct event *event)
{
	const struct jobs_listener *l = j->listener;
	unsigned lines_most = j->options->level >= LOG_VERBOSE ? UINT_MAX : LINES_MOST;

	if (job->after ? event->kind != EVENT_PROBLEM : job->done)
		return false;
	switch (event->kind) {
	case EVENT_LOG:
		return event->level <= j->options->level && job->lines++ < lines_most;
	case EVENT_PROBLEM:
		return job->lines++ < lines_most;
	case EVENT_LISTED:
		return l->listed != NULL;
	case EVENT_FACT:
		return l->fact != NULL && job->facts++ < FACTS_MOST;
	case EVENT_PROGRESS:
		return l->progress != NULL && j->options->progress;
	default:
		return true;
	}
}

static void dispatch(const struct jobs *j, struct job *job, const struct event *event)
{
	const struct jobs_listener *l = j->listener;

	switch (event->kind) {
	case EVENT_LOG:
		l->log(l->context, job->index, event->level, event->u.text);
		break;
	case EVENT_LISTED:
		l->listed(l->context, job->index, &event->u.listed);
		break;
	case EVENT_PROBLEM:
		l->problem(l->context, job->index, event->u.problem.step, &event->u.problem.err,
		    event->u.problem.silent);
		break;
	case EVENT_FACT:
		l->fact(l->context, job->index, &event->u.fact);
		break;
	case EVENT_PROGRESS:
		l->progress(l->context, job->index, &event->u.advance);
		break;
	case EVENT_DONE:
		job->done = true;
		job->outcome = event->u.outcome;
		l->done(l->context, job->index, &event->u.outcome);
		break;
	}
}

/* Describes how a worker's process ended abnormally. */
static void explain_end(const struct job *job, int status, struct error *err)
{
	if (job->invalid) {
		error_set(err, ERROR_INTERNAL, "the process for this account sent an invalid report and was stopped");
		return;
	}
	if (WIFSIGNALED(status))
		error_set(err, ERROR_INTERNAL, "the process for this account was killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == EX_OSERR)
		error_errno(err, ERROR_INTERNAL, ENOMEM, "the process for this account ended");
	else
		error_set(err, ERROR_INTERNAL, "the process for this account exited with status %d",
		    WEXITSTATUS(status));
	error_hint(err, "no mail is lost; the next run continues where this one stopped");
}

/*
 * Reaps a worker whose pipe has ended, or that sent an invalid event. Reports a worker that exited early or failed. If
 * on_new_mail is due, it takes over the slot. A worker that exits closes its pipe on the way, so the signal stops only
 * one that closed its pipe without exiting: nobody would wait for its end.
 */
static void end_job(struct jobs *j, struct job *job)
{
	const struct outcome outcome = job->outcome;
	size_t index = job->index;
	int status = 0;
	struct error err;

	(void)kill(job->pid, SIGKILL);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	explain_end(job, status, &err);
	if (!job->done && j->stopping && WIFSIGNALED(status) && !job->invalid)
		fail_interrupted(j, index, STEP_RUN);
	else if (!job->done)
		fail_account(j, index, STEP_RUN, &err);
	else if (status != 0 && !j->leaving)
		j->listener->problem(j->listener->context, index, STEP_RUN, &err, false);
	close(job->fd);
	buf_free(&job->pipe.pending);
	*job = (struct job){.fd = -1};
	j->running--;
	if (!j->leaving && new_mail_is_due(j->accounts[index], &outcome) && !start(j, job, index, &outcome, &err))
		j->listener->problem(j->listener->context, index, STEP_ON_NEW_MAIL, &err, false);
}

/* Takes what a worker has sent, but reads only once: other workers and signals have their turn too. */
static void listen_to(struct jobs *j, struct job *job)
{
	bool more = event_pipe_read(job->fd, &job->pipe);
	struct event event;
	enum event_taken taken;

	while ((taken = event_pipe_take(&job->pipe, &event)) == EVENT_TAKEN && is_expected(j, job, &event))
		dispatch(j, job, &event);
	job->invalid = taken != EVENT_MISSING;
	if (!more || job->invalid)
		end_job(j, job);
}

static bool catch_signals(struct jobs *j, struct error *err)
{
	j->stop[0] = j->stop[1] = -1;
	return interrupt_catch(err) &&
	    (pipe2(j->stop, O_CLOEXEC) == 0 ||
		error_errno(err, ERROR_INTERNAL, errno, "cannot create a pipe to the processes of the accounts"));
}

static void run_all(struct jobs *j)
{
	struct pollfd *fds = memory_zeroed(j->parallel + 1, sizeof(*fds));

	for (start_more(j); j->running > 0; start_more(j)) {
		const struct jobs_listener *l = j->listener;

		for (unsigned i = 0; i < j->parallel; i++)
			fds[i] = (struct pollfd){.fd = j->slots[i].fd, .events = POLLIN};
		fds[j->parallel] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
		if (poll(fds, j->parallel + 1, l->tick ? l->tick(l->context) : -1) <= 0)
			continue;
		obey_signals(j);
		for (unsigned i = 0; i < j->parallel; i++) {
			if (fds[i].revents)
				listen_to(j, &j->slots[i]);
		}
	}
	free(fds);
}

/* Each worker uses one pipe of the limit on open files, and poll(2) accepts no more descriptors than that limit. */
static unsigned most_parallel(unsigned wanted, size_t count)
{
	size_t files = platform_open_files_most(), most = files > OPEN_OTHERS ? files - OPEN_OTHERS : 1;

	most = most < count ? most : count;
	return most < wanted ? (unsigned)most : wanted;
}

void jobs_run(struct account *const *accounts, size_t count, unsigned parallel, jobs_work work,
    const struct run_options *options, const struct jobs_listener *listener)
{
	struct jobs j = {
	    .accounts = accounts,
	    .count = count,
	    .parallel = most_parallel(parallel, count),
	    .work = work,
	    .options = options,
	    .listener = listener,
	};
	struct error err;

	j.slots = memory_zeroed(j.parallel, sizeof(*j.slots));
	j.trusts = memory_zeroed(count, sizeof(struct tls_trust *));
	for (unsigned i = 0; i < j.parallel; i++)
		j.slots[i].fd = -1;
	if (catch_signals(&j, &err)) {
		ask_first(&j);
		run_all(&j);
		for (; j.next < count; j.next++)
			fail_interrupted(&j, j.next, STEP_START);
	}
	for (; j.next < count; j.next++)
		fail_account(&j, j.next, STEP_START, &err);
	for (int i = 0; i < 2; i++) {
		if (j.stop[i] >= 0)
			close(j.stop[i]);
	}
	free(j.slots);
	for (size_t i = 0; i < count; i++)
		free_trust(&j, i);
	free(j.trusts);
}
