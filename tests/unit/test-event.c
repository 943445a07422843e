#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/step.h"
#include "check_main.h"
#include "fetch/event.h"

/* The texts of one event of each kind. The last text shows whether all of the event arrived. */
static const char *const texts[LISTED_TEXTS] = {"uid", "", "a date", "somebody", "a subject"};

static struct event make(unsigned kind)
{
	struct event e = {.kind = (enum event_kind)kind, .level = LOG_VERBOSE};

	switch (e.kind) {
	case EVENT_LOG:
		snprintf(e.u.text, sizeof(e.u.text), "a line");
		break;
	case EVENT_LISTED:
		e.u.listed.number = 7;
		for (unsigned i = 0; i < LISTED_TEXTS; i++)
			event_add_text(&e.u.listed, texts[i], 2000);
		break;
	case EVENT_PROBLEM:
		e.u.problem.step = STEP_STORE;
		error_set(&e.u.problem.err, ERROR_STORAGE, "a cause");
		error_hint(&e.u.problem.err, "%0383d", 7);
		break;
	case EVENT_FACT:
		snprintf(e.u.fact.name, sizeof(e.u.fact.name), "certificate.days_left");
		e.u.fact.number = -3;
		memset(e.u.fact.text, 'y', sizeof(e.u.fact.text) - 1);
		break;
	case EVENT_PROGRESS:
		e.u.advance = (struct advance){1, 2, 3, 4};
		break;
	default:
		error_set(&e.u.outcome.err, ERROR_NETWORK, "a cause");
		e.u.outcome.left = 1;
		e.u.outcome.milliseconds = -5;
		break;
	}
	return e;
}

static void expect_same(const struct event *got, const struct event *want)
{
	ck_assert_int_eq(got->kind, want->kind);
	ck_assert_int_eq(got->level, want->level);
	switch (want->kind) {
	case EVENT_LISTED:
		ck_assert_uint_eq(got->u.listed.number, want->u.listed.number);
		for (unsigned i = 0; i < LISTED_TEXTS; i++)
			ck_assert_str_eq(event_text(&got->u.listed, (enum listed_text)i), texts[i]);
		break;
	case EVENT_LOG:
		ck_assert_str_eq(got->u.text, want->u.text);
		break;
	case EVENT_PROBLEM:
		ck_assert_int_eq(got->u.problem.step, want->u.problem.step);
		ck_assert_int_eq(got->u.problem.err.kind, want->u.problem.err.kind);
		ck_assert_str_eq(got->u.problem.err.cause, want->u.problem.err.cause);
		ck_assert_str_eq(got->u.problem.err.hint, want->u.problem.err.hint);
		break;
	case EVENT_FACT:
		ck_assert_str_eq(got->u.fact.name, want->u.fact.name);
		ck_assert_int_eq(got->u.fact.number, want->u.fact.number);
		ck_assert_str_eq(got->u.fact.text, want->u.fact.text);
		break;
	case EVENT_PROGRESS:
		ck_assert_uint_eq(got->u.advance.messages, want->u.advance.messages);
		ck_assert_uint_eq(got->u.advance.octets_all, want->u.advance.octets_all);
		break;
	default:
		ck_assert_int_eq(got->u.outcome.err.temporary, want->u.outcome.err.temporary);
		ck_assert_str_eq(got->u.outcome.err.cause, want->u.outcome.err.cause);
		ck_assert_uint_eq(got->u.outcome.left, want->u.outcome.left);
		ck_assert_int_eq(got->u.outcome.milliseconds, want->u.outcome.milliseconds);
		break;
	}
}

/* Opens a pipe; the reading end is set up as in the parent. */
static void open_pipe(int ends[2])
{
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

enum { KINDS = EVENT_DONE + 1, ROUNDS = 3 };

START_TEST(events_of_all_kinds_arrive_in_order)
{
	int ends[2];
	struct buf pending = {0};
	struct event got, want;
	bool ended;

	open_pipe(ends);
	for (unsigned i = 0; i < ROUNDS * KINDS; i++) {
		want = make(i % KINDS);
		event_send(ends[1], &want);
	}
	for (unsigned i = 0; i < ROUNDS * KINDS; i++) {
		want = make(i % KINDS);
		memset(&got, 0xff, sizeof(got));
		ck_assert(event_receive(ends[0], &pending, &got, &ended));
		expect_same(&got, &want);
	}
	ck_assert(!event_receive(ends[0], &pending, &got, &ended));
	ck_assert(!ended); /* there may be more */
	close(ends[1]);
	ck_assert(!event_receive(ends[0], &pending, &got, &ended));
	ck_assert(ended);
	close(ends[0]);
	buf_free(&pending);
}
END_TEST

START_TEST(an_event_is_received_only_once_it_is_complete)
{
	int whole[2], ends[2];
	struct buf pending = {0};
	struct event got, want = make((unsigned)_i);
	char bytes[sizeof(struct event) + 64];
	ssize_t length;
	bool ended;

	open_pipe(whole);
	open_pipe(ends);
	event_send(whole[1], &want);
	length = read(whole[0], bytes, sizeof(bytes));
	ck_assert_int_gt(length, 0);
	for (ssize_t i = 0; i < length; i++) {
		ck_assert(!event_receive(ends[0], &pending, &got, &ended));
		ck_assert(!ended);
		ck_assert_int_eq(write(ends[1], bytes + i, 1), 1);
	}
	ck_assert(event_receive(ends[0], &pending, &got, &ended));
	expect_same(&got, &want);
	ck_assert_uint_eq(pending.length, 0);
	for (int k = 0; k < 2; k++) {
		close(whole[k]);
		close(ends[k]);
	}
	buf_free(&pending);
}
END_TEST

/* A worker that was killed while it wrote an event. */
START_TEST(an_incomplete_event_at_the_end_is_dropped)
{
	int whole[2], ends[2];
	struct buf pending = {0};
	struct event got, want = make(EVENT_LOG);
	char bytes[sizeof(struct event) + 64];
	ssize_t length;
	bool ended;

	open_pipe(whole);
	open_pipe(ends);
	event_send(whole[1], &want);
	length = read(whole[0], bytes, sizeof(bytes));
	ck_assert_int_eq(write(ends[1], bytes, (size_t)length), length);
	ck_assert_int_eq(write(ends[1], bytes, (size_t)length - 1), length - 1);
	close(ends[1]);
	ck_assert(event_receive(ends[0], &pending, &got, &ended));
	ck_assert(!event_receive(ends[0], &pending, &got, &ended));
	ck_assert(ended);
	close(ends[0]);
	close(whole[0]);
	close(whole[1]);
	buf_free(&pending);
}
END_TEST

static void send_many(int fd)
{
	struct event e = make(EVENT_PROBLEM);

	for (unsigned i = 0; i < 500; i++) {
		e.level = (enum log_level)(i % 4);
		event_send(fd, &e);
	}
}

/* The events exceed the capacity of a pipe, so the worker waits for the parent. */
START_TEST(all_events_of_a_busy_worker_are_received)
{
	int ends[2], status;
	struct buf pending = {0};
	struct event got;
	unsigned count = 0;
	bool ended = false;
	pid_t pid;

	open_pipe(ends);
	pid = fork();
	if (pid == 0) {
		send_many(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	while (!ended) {
		if (event_receive(ends[0], &pending, &got, &ended))
			ck_assert_int_eq(got.level, (int)(count++ % 4));
	}
	ck_assert_uint_eq(count, 500);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	buf_free(&pending);
}
END_TEST

START_TEST(overlong_texts_are_cut_and_none_is_lost)
{
	struct listed m = {0};
	char text[LISTED_OCTETS + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	event_add_text(&m, text, 1024);
	for (unsigned i = 1; i < LISTED_TEXTS - 1; i++)
		event_add_text(&m, "", 10);
	event_add_text(&m, text, sizeof(text));
	ck_assert_uint_eq(strlen(event_text(&m, LISTED_UID)), 1024);
	ck_assert_str_eq(event_text(&m, LISTED_FROM), "");
	ck_assert_uint_eq(m.length, sizeof(m.texts));
	ck_assert_uint_eq(strlen(event_text(&m, LISTED_SUBJECT)), sizeof(m.texts) - 1024 - LISTED_TEXTS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("event");
	TCase *c = check_case(s, "event");

	tcase_add_test(c, events_of_all_kinds_arrive_in_order);
	tcase_add_loop_test(c, an_event_is_received_only_once_it_is_complete, 0, KINDS);
	tcase_add_test(c, an_incomplete_event_at_the_end_is_dropped);
	tcase_add_test(c, all_events_of_a_busy_worker_are_received);
	tcase_add_test(c, overlong_texts_are_cut_and_none_is_lost);
	return check_main(s);
}
