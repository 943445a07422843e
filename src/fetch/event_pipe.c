#include "config.h"

#include "fetch/event_pipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fetch/event.h"

enum { READ_OCTETS = 65536 };

void event_pipe_send(int fd, const struct event *event)
{
	char message[sizeof(uint16_t) + EVENT_OCTETS_MOST];
	uint16_t length = (uint16_t)event_encode(event, message + sizeof(length));
	size_t done = 0, total = sizeof(length) + length;

	memcpy(message, &length, sizeof(length));
	while (done < total) {
		ssize_t n = write(fd, message + done, total - done);

		if (n < 0 && errno != EINTR)
			return;
		done += n > 0 ? (size_t)n : 0;
	}
}

void event_pipe_send_log(void *context, enum log_level level, const char *text)
{
	const int *fd = context;
	struct event event = {.kind = EVENT_LOG, .level = level};

	snprintf(event.u.text, sizeof(event.u.text), "%s", text);
	event_pipe_send(*fd, &event);
}

void event_pipe_send_fact(void *context, const char *name, const char *text, int64_t number)
{
	const int *fd = context;
	struct event event = {.kind = EVENT_FACT, .u.fact.number = number};

	snprintf(event.u.fact.name, sizeof(event.u.fact.name), "%s", name);
	snprintf(event.u.fact.text, sizeof(event.u.fact.text), "%s", text ? text : "");
	event_pipe_send(*fd, &event);
}

void event_pipe_send_problem(int fd, enum step step, const struct error *err, bool silent)
{
	struct event event = {.kind = EVENT_PROBLEM, .u.problem = {.silent = silent, .err = *err}};

	event.u.problem.step = step;
	event_pipe_send(fd, &event);
}

bool event_pipe_read(int fd, struct event_pipe *r)
{
	ssize_t n;

	buf_consume(&r->pending, r->at);
	r->at = 0;
	n = read(fd, buf_reserve(&r->pending, READ_OCTETS), READ_OCTETS);
	r->pending.length += n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

enum event_taken event_pipe_take(struct event_pipe *r, struct event *event)
{
	size_t left = r->pending.length - r->at;
	const char *bytes;
	uint16_t length;

	if (left < sizeof(length))
		return EVENT_MISSING;
	bytes = r->pending.data + r->at;
	memcpy(&length, bytes, sizeof(length));
	if (length > EVENT_OCTETS_MOST)
		return EVENT_INVALID;
	if (left - sizeof(length) < length)
		return EVENT_MISSING;
	if (!event_decode(event, bytes + sizeof(length), length))
		return EVENT_INVALID;
	r->at += sizeof(length) + length;
	return EVENT_TAKEN;
}
