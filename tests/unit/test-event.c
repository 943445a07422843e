#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/step.h"
#include "check_main.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"

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
		e.u.listed.has_header = true;
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
		e.u.outcome.milliseconds = 5;
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

/* Takes the next event, and reads if there is none. *ended: there was none, and there will be none. */
static bool receive(int fd, struct event_pipe *r, struct event *event, bool *ended)
{
	enum event_taken taken = event_pipe_take(r, event);

	*ended = false;
	while (taken == EVENT_MISSING && !*ended) {
		size_t before = r->pending.length - r->at;

		*ended = !event_pipe_read(fd, r);
		taken = event_pipe_take(r, event);
		if (r->pending.length == before)
			break;
	}
	ck_assert(taken != EVENT_INVALID);
	*ended = *ended && taken == EVENT_MISSING;
	return taken == EVENT_TAKEN;
}

START_TEST(events_of_all_kinds_arrive_in_order)
{
	int ends[2];
	struct event_pipe reader = {0};
	struct event got, want;
	bool ended;

	open_pipe(ends);
	for (unsigned i = 0; i < ROUNDS * KINDS; i++) {
		want = make(i % KINDS);
		event_pipe_send(ends[1], &want);
	}
	for (unsigned i = 0; i < ROUNDS * KINDS; i++) {
		want = make(i % KINDS);
		memset(&got, 0xff, sizeof(got));
		ck_assert(receive(ends[0], &reader, &got, &ended));
		expect_same(&got, &want);
	}
	ck_assert(!receive(ends[0], &reader, &got, &ended));
	ck_assert(!ended); /* there may be more */
	close(ends[1]);
	ck_assert(!receive(ends[0], &reader, &got, &ended));
	ck_assert(ended);
	close(ends[0]);
	buf_free(&reader.pending);
}
END_TEST

START_TEST(an_event_is_received_only_once_it_is_complete)
{
	int whole[2], ends[2];
	struct event_pipe reader = {0};
	struct event got, want = make((unsigned)_i);
	char bytes[sizeof(struct event) + 64];
	ssize_t length;
	bool ended;

	open_pipe(whole);
	open_pipe(ends);
	event_pipe_send(whole[1], &want);
	length = read(whole[0], bytes, sizeof(bytes));
	ck_assert_int_gt(length, 0);
	for (ssize_t i = 0; i < length; i++) {
		ck_assert(!receive(ends[0], &reader, &got, &ended));
		ck_assert(!ended);
		ck_assert_int_eq(write(ends[1], bytes + i, 1), 1);
	}
	ck_assert(receive(ends[0], &reader, &got, &ended));
	expect_same(&got, &want);
	ck_assert_uint_eq(reader.at, reader.pending.length);
	for (int k = 0; k < 2; k++) {
		close(whole[k]);
		close(ends[k]);
	}
	buf_free(&reader.pending);
}
END_TEST

/* A worker that was killed while it wrote an event. */
START_TEST(an_incomplete_event_at_the_end_is_dropped)
{
	int whole[2], ends[2];
	struct event_pipe reader = {0};
	struct event got, want = make(EVENT_LOG);
	char bytes[sizeof(struct event) + 64];
	ssize_t length;
	bool ended;

	open_pipe(whole);
	open_pipe(ends);
	event_pipe_send(whole[1], &want);
	length = read(whole[0], bytes, sizeof(bytes));
	ck_assert_int_eq(write(ends[1], bytes, (size_t)length), length);
	ck_assert_int_eq(write(ends[1], bytes, (size_t)length - 1), length - 1);
	close(ends[1]);
	ck_assert(receive(ends[0], &reader, &got, &ended));
	ck_assert(!receive(ends[0], &reader, &got, &ended));
	ck_assert(ended);
	close(ends[0]);
	close(whole[0]);
	close(whole[1]);
	buf_free(&reader.pending);
}
END_TEST

static void send_many(int fd)
{
	struct event e = make(EVENT_PROBLEM);

	for (unsigned i = 0; i < 500; i++) {
		e.level = (enum log_level)(i % 4);
		event_pipe_send(fd, &e);
	}
}

/* The events exceed the capacity of a pipe, so the worker waits for the parent. */
START_TEST(all_events_of_a_busy_worker_are_received)
{
	int ends[2], status;
	struct event_pipe reader = {0};
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
		if (receive(ends[0], &reader, &got, &ended))
			ck_assert_int_eq(got.level, (int)(count++ % 4));
	}
	ck_assert_uint_eq(count, 500);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	buf_free(&reader.pending);
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

/* Encodes an event of a kind; the tests then change it. */
static size_t encoded(unsigned kind, char bytes[EVENT_OCTETS_MOST])
{
	const struct event e = make(kind);

	return event_encode(&e, bytes);
}

START_TEST(no_part_of_an_event_is_an_event)
{
	char bytes[EVENT_OCTETS_MOST];
	size_t length = encoded((unsigned)_i, bytes);
	struct event got;

	ck_assert(event_decode(&got, bytes, length));
	bytes[length] = '\0';
	ck_assert(!event_decode(&got, bytes, length + 1));
	for (size_t i = 0; i < length; i++) {
		/* In memory of its own, the sanitizers see a read past the end. */
		char *part = malloc(i + 1);

		memcpy(part, bytes, i);
		ck_assert_msg(!event_decode(&got, part, i), "%zu of %zu octets", i, length);
		free(part);
	}
}
END_TEST

/* Octets at fixed places, and a value that is not valid there. */
static const struct {
	unsigned kind;
	size_t at;
	unsigned char octet;
} invalid_octets[] = {
    {EVENT_LOG, 0, EVENT_DONE + 1},		       /* the kind */
    {EVENT_LOG, 0, 255}, {EVENT_LOG, 1, LOG_WIRE + 1}, /* the level */
    {EVENT_PROBLEM, 2, 2},			       /* a flag: silent */
    {EVENT_PROBLEM, 3, STEP_REBUILD + 1}, {EVENT_PROBLEM, 4, ERROR_NONE}, {EVENT_PROBLEM, 4, ERROR_INTERNAL + 1},
    {EVENT_PROBLEM, 5, 255}, /* a flag: temporary */
    {EVENT_PROBLEM, 9, 1},   /* errno */
    {EVENT_FACT, 2, '\0'},   /* the name */
    {EVENT_FACT, 2, ' '}, {EVENT_FACT, 2, '\033'},
    {EVENT_PROGRESS, 9, 128}, /* a negative count, if the machine is little-endian */
    {EVENT_LISTED, 7, 1},     /* the number of the message */
    {EVENT_LISTED, 18, 2},    /* a flag: known */
    {EVENT_LISTED, 26, 0x40}, /* the time of the delivery */
    {EVENT_LISTED, 34, 0x40}, /* the current time */
    {EVENT_LISTED, 42, 0x80}, /* the time of the deletion */
    {EVENT_LISTED, 43, RETENTION_DELETE + 1}, {EVENT_LISTED, 44, 2},	  /* a flag: has_header */
    {EVENT_LISTED, 44, 0},						  /* without a header there are fewer texts */
    {EVENT_DONE, 2, 2},							  /* a flag: ok */
    {EVENT_DONE, 3, 77}, {EVENT_DONE, 4, 2}, {EVENT_DONE, 5, ERROR_NONE}, /* a failure of no kind */
};

START_TEST(values_that_no_worker_sends_are_refused)
{
	const unsigned little = 1;
	char bytes[EVENT_OCTETS_MOST];
	size_t length = encoded(invalid_octets[_i].kind, bytes);
	struct event got;

	if (*(const unsigned char *)&little != 1)
		return;
	bytes[invalid_octets[_i].at] = (char)invalid_octets[_i].octet;
	ck_assert(!event_decode(&got, bytes, length));
}
END_TEST

START_TEST(texts_are_escaped_again)
{
	struct event e = {.kind = EVENT_PROBLEM, .u.problem.err.kind = ERROR_NETWORK}, got;
	char bytes[EVENT_OCTETS_MOST];

	snprintf(e.u.problem.err.cause, sizeof(e.u.problem.err.cause), "a\033[2Jb\n\xe2\x80\xae\xff");
	memset(e.u.problem.err.hint, '\033', sizeof(e.u.problem.err.hint) - 1);
	ck_assert(event_decode(&got, bytes, event_encode(&e, bytes)));
	ck_assert_str_eq(got.u.problem.err.cause, "a\\x1b[2Jb\\x0a\\xe2\\x80\\xae\\xff");
	ck_assert_str_eq(got.u.problem.err.hint + strlen(got.u.problem.err.hint) - 7, "\\x1b...");
}
END_TEST

START_TEST(overlong_texts_are_refused)
{
	char bytes[EVENT_OCTETS_MOST] = {EVENT_LOG, LOG_NORMAL};
	struct event got;

	memset(bytes + 2, 'x', sizeof(got.u.text));
	ck_assert(!event_decode(&got, bytes, 2 + sizeof(got.u.text) + 1));
	bytes[2 + sizeof(got.u.text) - 1] = '\0';
	ck_assert(event_decode(&got, bytes, 2 + sizeof(got.u.text)));
}
END_TEST

START_TEST(numbers_beyond_the_bounds_are_cut_by_the_sender)
{
	struct event e = {.kind = EVENT_PROGRESS, .u.advance.octets_all = UINT64_MAX}, got;
	char bytes[EVENT_OCTETS_MOST];

	ck_assert(event_decode(&got, bytes, event_encode(&e, bytes)));
	ck_assert_uint_eq(got.u.advance.octets_all, INT64_MAX);
}
END_TEST

START_TEST(an_impossible_length_is_refused_before_the_event_has_arrived)
{
	const uint16_t length = EVENT_OCTETS_MOST + 1;
	struct event_pipe reader = {0};
	struct event got;

	buf_append(&reader.pending, &length, sizeof(length));
	ck_assert_int_eq(event_pipe_take(&reader, &got), EVENT_INVALID);
	buf_free(&reader.pending);
}
END_TEST

/* A worker may send without end. One read takes a bounded amount, and nothing remains but a part of an event. */
START_TEST(a_flood_takes_bounded_memory)
{
	struct event_pipe reader = {0};
	struct event got, want = make(EVENT_LOG);
	int ends[2];

	open_pipe(ends);
	for (unsigned i = 0; i < 5000; i++) {
		event_pipe_send(ends[1], &want);
		if (i % 500 != 0)
			continue;
		ck_assert(event_pipe_read(ends[0], &reader));
		while (event_pipe_take(&reader, &got) == EVENT_TAKEN)
			;
	}
	ck_assert_uint_le(reader.pending.capacity, 2 * 65536 + EVENT_OCTETS_MOST);
	buf_free(&reader.pending);
	close(ends[0]);
	close(ends[1]);
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
	tcase_add_loop_test(c, no_part_of_an_event_is_an_event, 0, KINDS);
	LOOP_OVER(c, values_that_no_worker_sends_are_refused, invalid_octets);
	tcase_add_test(c, texts_are_escaped_again);
	tcase_add_test(c, overlong_texts_are_refused);
	tcase_add_test(c, numbers_beyond_the_bounds_are_cut_by_the_sender);
	tcase_add_test(c, an_impossible_length_is_refused_before_the_event_has_arrived);
	tcase_add_test(c, a_flood_takes_bounded_memory);
	return check_main(s);
}
