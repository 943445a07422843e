#include "config.h"

#include "fetch/event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Length of the part of an event that is sent: texts are usually short. */
static size_t length_of(const struct event *event)
{
	size_t fixed = offsetof(struct event, u);

	switch (event->kind) {
	case EVENT_LISTED:
		return fixed + offsetof(struct listed, texts) + event->u.listed.length;
	case EVENT_LOG:
		return fixed + strlen(event->u.text) + 1;
	case EVENT_PROBLEM:
		return fixed + sizeof(event->u.problem);
	case EVENT_FACT:
		return fixed + offsetof(struct fact, text) + strlen(event->u.fact.text) + 1;
	case EVENT_PROGRESS:
		return fixed + sizeof(event->u.advance);
	default:
		return fixed + sizeof(event->u.outcome);
	}
}

void event_add_text(struct listed *m, const char *text, size_t most)
{
	size_t length = strnlen(text, most), room = sizeof(m->texts) - m->length - 1;

	if (length > room)
		length = room;
	memcpy(m->texts + m->length, text, length);
	m->length += length;
	m->texts[m->length++] = '\0';
}

const char *event_text(const struct listed *m, enum listed_text which)
{
	const char *text = m->texts;

	for (unsigned i = 0; i < which; i++)
		text += strlen(text) + 1;
	return text;
}

void event_send(int fd, const struct event *event)
{
	size_t length = length_of(event), done = 0, total = sizeof(length) + length;
	char message[sizeof(length) + sizeof(*event)];

	memcpy(message, &length, sizeof(length));
	memcpy(message + sizeof(length), event, length);
	while (done < total) {
		ssize_t n = write(fd, message + done, total - done);

		if (n < 0 && errno != EINTR)
			return;
		done += n > 0 ? (size_t)n : 0;
	}
}

void event_send_log(void *context, enum log_level level, const char *text)
{
	const int *fd = context;
	struct event event = {.kind = EVENT_LOG, .level = level};

	snprintf(event.u.text, sizeof(event.u.text), "%s", text);
	event_send(*fd, &event);
}

void event_send_fact(void *context, const char *name, const char *text, int64_t number)
{
	const int *fd = context;
	struct event event = {.kind = EVENT_FACT, .u.fact.number = number};

	snprintf(event.u.fact.name, sizeof(event.u.fact.name), "%s", name);
	snprintf(event.u.fact.text, sizeof(event.u.fact.text), "%s", text ? text : "");
	event_send(*fd, &event);
}

void event_send_problem(int fd, enum step step, const struct error *err, bool silent)
{
	struct event event = {.kind = EVENT_PROBLEM, .u.problem = {.silent = silent, .err = *err}};

	event.u.problem.step = step;
	event_send(fd, &event);
}

bool event_receive(int fd, struct buf *pending, struct event *event, bool *ended)
{
	for (;;) {
		size_t length;
		ssize_t n;

		*ended = false;
		if (pending->length >= sizeof(length)) {
			memcpy(&length, pending->data, sizeof(length));
			if (length > sizeof(*event))
				length = sizeof(*event);
			if (pending->length >= sizeof(length) + length) {
				memcpy(event, pending->data + sizeof(length), length);
				buf_consume(pending, sizeof(length) + length);
				return true;
			}
		}
		n = read(fd, buf_reserve(pending, 65536), 65536);
		if (n > 0) {
			pending->length += (size_t)n;
			continue;
		}
		*ended = n == 0 || (errno != EAGAIN && errno != EINTR);
		return false;
	}
}
