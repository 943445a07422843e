#include "config.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mechanism.h"
#include "base/step.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_options.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "fetch/jobs.h"
#include "fetch/run_options.h"

/*
 * A worker that has been taken over: its side of the pipe lies. The account GOOD runs beside EVIL, and must end well.
 */
enum { GOOD, EVIL, ACCOUNTS };

static struct account accounts[ACCOUNTS];

/* What the parent received. */
static struct {
	unsigned ended, lines, problems, facts, listed, advances, interrupted;
	struct outcome outcome;
	struct error problem;
} seen[ACCOUNTS];

static bool may_list, may_progress, impatient;
static void (*lie)(int fd);

/* EVIL goes on until this pipe is closed, which the end of GOOD does. */
static int until[2];

static void send(int fd, const struct event *event)
{
	event_pipe_send(fd, event);
}

static void send_text(int fd, enum event_kind kind, enum log_level level)
{
	struct event e = {.kind = kind, .level = level};

	if (kind == EVENT_FACT)
		snprintf(e.u.fact.name, sizeof(e.u.fact.name), "a.fact");
	else if (kind == EVENT_PROBLEM)
		error_set(&e.u.problem.err, ERROR_NETWORK, "a cause");
	else if (kind == EVENT_LOG)
		snprintf(e.u.text, sizeof(e.u.text), "a line");
	else if (kind == EVENT_LISTED)
		for (unsigned i = 0; i < LISTED_DATE; i++)
			event_add_text(&e.u.listed, "a text", 100);
	send(fd, &e);
}

static void send_done(int fd, uint64_t fetched)
{
	struct event e = {.kind = EVENT_DONE, .u.outcome = {.ok = true, .fetched = fetched}};

	send(fd, &e);
}

static void put(int fd, const void *bytes, size_t length)
{
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
}

static void linger(void)
{
	for (;;)
		pause();
}

static void work(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd)
{
	(void)trust;
	(void)options;
	close(until[1]);
	if (account == &accounts[EVIL]) {
		lie(fd);
		return;
	}
	for (unsigned i = 0; i < 100; i++)
		send_text(fd, EVENT_LOG, LOG_NORMAL);
	send_done(fd, 1);
}

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	(void)context;
	(void)level;
	(void)text;
	seen[index].lines++;
}

static void on_listed(void *context, size_t index, const struct listed *message)
{
	(void)context;
	(void)message;
	seen[index].listed++;
}

static void on_problem(void *context, size_t index, enum step step, const struct error *err, bool silent)
{
	(void)context;
	(void)step;
	(void)silent;
	seen[index].problems++;
	seen[index].problem = *err;
}

static void on_progress(void *context, size_t index, const struct advance *advance)
{
	(void)context;
	(void)advance;
	if (seen[index].advances++ == 1000 && impatient)
		ck_assert_int_eq(raise(SIGTERM), 0);
}

static void on_interrupted(void *context)
{
	(void)context;
	seen[EVIL].interrupted++;
	ck_assert_int_eq(raise(SIGINT), 0);
}

static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	(void)context;
	seen[index].ended++;
	seen[index].outcome = *outcome;
	if (index == GOOD && !impatient)
		close(until[1]);
}

static void run(void (*what)(int fd), enum log_level level)
{
	struct account *list[ACCOUNTS] = {&accounts[GOOD], &accounts[EVIL]};
	const struct run_options options = {.level = level, .progress = may_progress};
	const struct jobs_listener listener = {
	    .log = on_log,
	    .listed = may_list ? on_listed : NULL,
	    .problem = on_problem,
	    .done = on_done,
	    .progress = may_progress ? on_progress : NULL,
	    .interrupted = on_interrupted,
	};

	memset(seen, 0, sizeof(seen));
	lie = what;
	ck_assert_int_eq(pipe(until), 0);
	jobs_run(list, ACCOUNTS, ACCOUNTS, work, &options, &listener);
	close(until[0]);
	ck_assert_uint_eq(seen[GOOD].ended, 1);
	ck_assert_uint_eq(seen[EVIL].ended, 1);
}

static void enter(void)
{
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		account_init(&accounts[i], i == GOOD ? "good" : "evil");
		accounts[i].login.mechanism = mechanism_find("external");
		accounts[i].tls.trust = TLS_BY_PIN;
	}
	may_list = may_progress = impatient = false;
}

static void leave(void)
{
	for (unsigned i = 0; i < ACCOUNTS; i++)
		account_free(&accounts[i]);
}

/* The lies. After each, the worker stays, so that only the parent can end it. */

static void sends_noise(int fd)
{
	static const char noise[] =
	    "\x40\x00\xff\xff\xff\xff GET / HTTP/1.0\r\n\r\n, and as many bytes as that length says..";

	put(fd, noise, sizeof(noise));
	linger();
}

static void announces_too_much(int fd)
{
	put(fd, "\xff\xff", 2);
	linger();
}

static void sends_nothing_as_an_event(int fd)
{
	put(fd, "\0\0", 2);
	linger();
}

static void lists_unasked(int fd)
{
	send_text(fd, EVENT_LISTED, LOG_NORMAL);
	linger();
}

static void reports_facts_unasked(int fd)
{
	send_text(fd, EVENT_FACT, LOG_NORMAL);
	linger();
}

static void advances_unasked(int fd)
{
	send_text(fd, EVENT_PROGRESS, LOG_NORMAL);
	linger();
}

static void logs_more_than_was_asked_for(int fd)
{
	send_text(fd, EVENT_LOG, LOG_WIRE);
	linger();
}

static void logs_without_end(int fd)
{
	for (;;)
		send_text(fd, EVENT_LOG, LOG_NORMAL);
}

static void fails_without_end(int fd)
{
	for (;;)
		send_text(fd, EVENT_PROBLEM, LOG_NORMAL);
}

static void (*const lies[])(int fd) = {
    sends_noise,
    announces_too_much,
    sends_nothing_as_an_event,
    lists_unasked,
    reports_facts_unasked,
    advances_unasked,
    logs_more_than_was_asked_for,
    logs_without_end,
    fails_without_end,
};

START_TEST(a_worker_that_lies_is_stopped_and_fails_alone)
{
	run(lies[_i], LOG_NORMAL);
	ck_assert(!seen[EVIL].outcome.ok);
	ck_assert_int_eq(seen[EVIL].outcome.err.kind, ERROR_INTERNAL);
	ck_assert_ptr_nonnull(strstr(seen[EVIL].outcome.err.cause, "invalid report"));
	ck_assert_uint_le(seen[EVIL].lines + seen[EVIL].problems, 1000);
	ck_assert_uint_eq(seen[EVIL].listed, 0);
	ck_assert(seen[GOOD].outcome.ok);
	ck_assert_uint_eq(seen[GOOD].lines, 100);
	ck_assert_uint_eq(seen[GOOD].problems, 0);
}
END_TEST

static void ends_twice(int fd)
{
	send_done(fd, 7);
	send_done(fd, 7);
	linger();
}

static void goes_on_after_its_end(int fd)
{
	send_done(fd, 7);
	send_text(fd, EVENT_LOG, LOG_NORMAL);
	linger();
}

static void fails_after_its_end(int fd)
{
	send_done(fd, 7);
	send_text(fd, EVENT_PROBLEM, LOG_NORMAL);
	linger();
}

static void closes_the_pipe_and_stays(int fd)
{
	send_done(fd, 7);
	close(fd);
	linger();
}

static void (*const late_lies[])(
    int fd) = {ends_twice, goes_on_after_its_end, fails_after_its_end, closes_the_pipe_and_stays};

START_TEST(a_worker_that_lies_after_its_end_is_stopped)
{
	run(late_lies[_i], LOG_NORMAL);
	ck_assert(seen[EVIL].outcome.ok);
	ck_assert_uint_eq(seen[EVIL].outcome.fetched, 7);
	ck_assert_uint_eq(seen[EVIL].lines, 0);
	ck_assert_uint_eq(seen[EVIL].problems, 1);
	ck_assert_int_eq(seen[EVIL].problem.kind, ERROR_INTERNAL);
	ck_assert(seen[GOOD].outcome.ok);
}
END_TEST

static void closes_the_pipe_early_and_stays(int fd)
{
	close(fd);
	linger();
}

START_TEST(a_worker_that_closes_its_pipe_is_not_waited_for)
{
	run(closes_the_pipe_early_and_stays, LOG_NORMAL);
	ck_assert(!seen[EVIL].outcome.ok);
	ck_assert_int_eq(seen[EVIL].outcome.err.kind, ERROR_INTERNAL);
	ck_assert(seen[GOOD].outcome.ok);
}
END_TEST

/* With -v there is no limit on lines, and progress never has one. */
static void floods(int fd)
{
	struct pollfd end = {.fd = until[0], .events = POLLIN};

	while (poll(&end, 1, 0) == 0)
		send_text(fd, may_progress ? EVENT_PROGRESS : EVENT_LOG, LOG_NORMAL);
	send_done(fd, 0);
}

START_TEST(a_flood_does_not_starve_other_accounts)
{
	may_progress = _i == 1;
	run(floods, LOG_VERBOSE);
	ck_assert(seen[EVIL].outcome.ok);
	ck_assert(seen[GOOD].outcome.ok);
	ck_assert_uint_eq(seen[GOOD].lines, 100);
}
END_TEST

/* The second signal kills the worker, which never stops by itself. */
START_TEST(a_flood_does_not_keep_signals_from_being_obeyed)
{
	may_progress = impatient = true;
	run(floods, LOG_VERBOSE);
	ck_assert_uint_eq(seen[EVIL].interrupted, 1);
	ck_assert_int_eq(seen[EVIL].outcome.err.kind, ERROR_INTERRUPTED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jobs");
	TCase *c = check_case(s, "jobs");

	tcase_add_checked_fixture(c, enter, leave);
	tcase_set_timeout(c, 60);
	LOOP_OVER(c, a_worker_that_lies_is_stopped_and_fails_alone, lies);
	LOOP_OVER(c, a_worker_that_lies_after_its_end_is_stopped, late_lies);
	tcase_add_test(c, a_worker_that_closes_its_pipe_is_not_waited_for);
	tcase_add_loop_test(c, a_flood_does_not_starve_other_accounts, 0, 2);
	tcase_add_test(c, a_flood_does_not_keep_signals_from_being_obeyed);
	return check_main_apart(s);
}
