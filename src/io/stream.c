#include "config.h"

#include "io/stream.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/platform.h"
#include "io/ahead.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/net.h"

enum {
	INPUT_SIZE = 64 * 1024,
	OUTPUT_ROOM = 32 * 1024,
	AHEAD_MOST = 4 * 1024 * 1024,
	IDLE_MS = 100,
	GATHER = 64 * 1024,	/* bytes worth waking up for */
	GATHER_FAR = 16 * 1024, /* for a distant server: one TLS record, useless before it is complete */
	GATHER_MS = 100,	/* longest wait for these bytes */
	LAPSES_MOST = 4,	/* late arrivals after which gathering stops */
};

struct stream {
	struct channel channel; /* {0}: no channel */
	int64_t timeout;
	deadline until; /* 0: the time limit starts with the next wait */
	deadline limit; /* deadline for all waits */
	bool secure;
	bool timed_out; /* the last wait reached its time limit */
	void (*idle)(void *context);
	void *idle_context;
	size_t start, end; /* unread part of input */
	struct buf output;
	uint64_t expected;
	bool gathering;
	unsigned lapses; /* how often the bytes were late */
	struct ahead *reader;
	struct buf ahead; /* data from the reader, which follows the data in input */
	size_t ahead_start;
	enum channel_status ahead_status;
	struct error ahead_error;
	char input[INPUT_SIZE];
};

struct stream *stream_make(struct channel channel, int64_t timeout)
{
	struct stream *s = memory_zeroed(1, sizeof(*s));

	s->channel = channel;
	s->secure = channel.ops->secure;
	s->timeout = timeout;
	s->limit = DEADLINE_NEVER;
	/* Reserve room for any line of a login. A growing buffer would leave copies of secrets in memory. */
	buf_reserve(&s->output, OUTPUT_ROOM);
	s->ahead_status = CHANNEL_DONE;
	stream_restart_clock(s);
	return s;
}

bool stream_connect(struct stream **out, const char *host, unsigned port, int64_t connect_timeout, int64_t timeout,
    const struct log *log, struct race_winner *winner, struct error *err)
{
	int fd;

	if (!net_connect(host, port, deadline_in(connect_timeout), log, winner, &fd, err))
		return false;
	*out = stream_make(net_channel(fd), timeout);
	return true;
}

/* Waits for the event that a channel requires. Returns false with *err set if the stream cannot continue. */
static bool wait_for(struct stream *s, enum channel_status status, const char *what, struct error *err)
{
	short events = status == CHANNEL_WANT_WRITE ? POLLOUT : POLLIN;
	bool ready;

	s->timed_out = false;
	if (status == CHANNEL_FAILED)
		return false;
	if (s->channel.fd < 0) {
		s->timed_out = true;
		return error_set(err, ERROR_NETWORK, "timed out waiting for %s", what);
	}
	if (s->until == 0)
		s->until = deadline_in(s->timeout);
	if (s->until > s->limit)
		s->until = s->limit;
	if (s->idle) {
		deadline soon = deadline_clock() + IDLE_MS;

		if (net_wait(s->channel.fd, events, soon < s->until ? soon : s->until, what, err))
			return true;
		s->idle(s->idle_context);
	}
	ready = net_wait(s->channel.fd, events, s->until, what, err);
	s->timed_out = !ready && err->kind == ERROR_NETWORK && deadline_left(s->until) == 0;
	return ready;
}

int64_t stream_time_over(const struct stream *s)
{
	return s->timed_out ? s->timeout : 0;
}

int64_t stream_time_limit(const struct stream *s)
{
	return s->timeout;
}

void stream_set_deadline(struct stream *s, int64_t until)
{
	s->limit = until;
}

void stream_on_idle(struct stream *s, void (*idle)(void *context), void *context)
{
	s->idle = idle;
	s->idle_context = context;
}

struct channel stream_release(struct stream *s)
{
	struct channel channel = s->channel;

	s->channel = (struct channel){0};
	s->secure = false;
	return channel;
}

bool stream_carry(struct stream *s, struct channel channel, const char *opening, struct error *err)
{
	enum channel_status status = CHANNEL_DONE;

	s->channel = channel;
	stream_restart_clock(s);
	while (channel.ops->open && (status = channel.ops->open(channel.context, err)) != CHANNEL_DONE) {
		if (!wait_for(s, status, opening, err))
			return false;
	}
	s->secure = channel.ops->secure;
	return true;
}

bool stream_is_secure(const struct stream *s)
{
	return s->secure;
}

bool stream_binding(const struct stream *s, struct channel_binding *out)
{
	return s->channel.ops->binding && s->channel.ops->binding(s->channel.context, out);
}

void stream_read_ahead(struct stream *s)
{
	if (s->channel.fd >= 0 && s->ahead.length == 0 && s->ahead_status == CHANNEL_DONE)
		s->reader = ahead_start(s->channel, &s->ahead, AHEAD_MOST);
}

void stream_end_ahead(struct stream *s)
{
	if (s->reader)
		s->ahead_status = ahead_end(&s->reader, &s->ahead_error);
	stream_restart_clock(s);
}

void stream_expect(struct stream *s, uint64_t octets)
{
	s->expected = octets;
}

static bool has_much_to_come(const struct stream *s)
{
	return s->expected > 3 * GATHER;
}

/*
 * Lets some bytes accumulate before the channel is read. It gathers fewer bytes from a distant server, where delayed
 * acknowledgments keep the server's window small.
 */
static void gather(struct stream *s)
{
	struct pollfd waiting = {.fd = s->channel.fd, .events = POLLIN};
	bool worth = has_much_to_come(s) && s->lapses < LAPSES_MOST;

	if (worth != s->gathering)
		net_gather(s->channel.fd, !worth ? 1 : platform_is_near(s->channel.fd) ? GATHER : GATHER_FAR);
	s->gathering = worth;
	if (!worth || poll(&waiting, 1, GATHER_MS) != 0)
		return;
	s->lapses++;
	s->gathering = false;
	net_gather(s->channel.fd, 1);
}

/* Reads more into the empty input. */
static bool receive(struct stream *s, struct error *err)
{
	size_t got = 0;
	enum channel_status status = s->ahead_status;

	if (status == CHANNEL_DONE)
		status = s->channel.ops->receive(s->channel.context, s->input, INPUT_SIZE, &got, err);
	else
		*err = s->ahead_error;
	s->start = 0;
	s->end = got;
	s->timed_out = false;
	if (status == CHANNEL_END)
		return error_set(err, ERROR_NETWORK, "the server closed the connection");
	if (status == CHANNEL_WANT_READ && s->channel.fd >= 0) {
		gather(s);
		/*
		 * Some servers send a reply in two parts and hold back the second until the first is acknowledged.
		 * Not needed while much data follows.
		 */
		if (!has_much_to_come(s))
			platform_acknowledge(s->channel.fd);
	}
	return status == CHANNEL_DONE || wait_for(s, status, "the server's reply", err);
}

bool stream_read(struct stream *s, const char **bytes, size_t *length, struct error *err)
{
	while (stream_buffered(s) == 0) {
		if (!receive(s, err))
			return false;
	}
	if (s->start < s->end) {
		*bytes = s->input + s->start;
		*length = s->end - s->start;
	} else {
		*bytes = s->ahead.data + s->ahead_start;
		*length = s->ahead.length - s->ahead_start;
	}
	return true;
}

void stream_consume(struct stream *s, size_t length)
{
	if (s->start < s->end) {
		s->start += length;
		return;
	}
	s->ahead_start += length;
	if (s->ahead_start < s->ahead.length)
		return;
	s->ahead_start = 0;
	buf_clear(&s->ahead);
}

size_t stream_buffered(const struct stream *s)
{
	return s->end - s->start + s->ahead.length - s->ahead_start;
}

void stream_write(struct stream *s, const void *bytes, size_t length)
{
	buf_append(&s->output, bytes, length);
}

bool stream_flush(struct stream *s, struct error *err)
{
	size_t done = 0;
	bool ok = true;

	while (ok && done < s->output.length) {
		size_t sent = 0;
		enum channel_status status = s->channel.ops->send(s->channel.context, s->output.data + done,
		    s->output.length - done, &sent, err);

		done += sent;
		if (status != CHANNEL_DONE)
			ok = wait_for(s, status, "the server to accept a command", err);
	}
	if (s->output.data)
		platform_wipe(s->output.data, s->output.length);
	buf_clear(&s->output);
	return ok;
}

void stream_restart_clock(struct stream *s)
{
	s->until = 0;
}

void stream_shut(struct stream *s)
{
	struct error ignored;
	enum channel_status status;

	stream_restart_clock(s);
	do
		status = s->channel.ops->shut(s->channel.context, &ignored);
	while (status != CHANNEL_DONE && wait_for(s, status, "the connection to close", &ignored));
}

void stream_close(struct stream **s)
{
	if (!*s)
		return;
	stream_end_ahead(*s);
	if ((*s)->channel.ops)
		(*s)->channel.ops->close((*s)->channel.context);
	buf_wipe(&(*s)->output);
	buf_free(&(*s)->ahead);
	platform_wipe((*s)->input, INPUT_SIZE);
	free(*s);
	*s = NULL;
}
