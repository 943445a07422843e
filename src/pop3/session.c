#include "config.h"

#include "pop3/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "pop3/capability.h"
#include "pop3/refusal.h"
#include "pop3/reply.h"

enum {
	WINDOW = 1024,		/* commands in flight; their octets fit any socket buffer */
	PROGRESS_OCTETS = 4096, /* an answer that brings this much within the time limit goes on, */
	RATE_LEAST = 512,	/* if it brings so many octets a second on average */
	CAPABILITIES_MOST = 1000, /* lines of CAPA's answer */
};

struct command {
	enum session_command command;
	uint32_t number;
};

struct session {
	struct stream *stream;
	const struct log *log;
	struct capability capability;
	struct command queue[WINDOW]; /* a ring: the oldest at `first` */
	size_t first, queued;
	bool in_body; /* the head's +OK has been given out, its lines or octets follow */
	bool unsent;
	bool one_at_a_time;
	bool crowded;
	size_t since_restart; /* octets of an answer since the clock was started anew */
	uint64_t answered;    /* octets of the answer, */
	int64_t waited;	      /* and the milliseconds that were spent on waiting for them */
	struct reply reply;
	char timestamp[256];
};

struct session *session_make(struct stream *stream, const struct log *log, bool crlf)
{
	struct session *s = memory_zeroed(1, sizeof(*s));

	s->stream = stream;
	s->log = log;
	reply_init(&s->reply, crlf);
	return s;
}

void session_free(struct session **s)
{
	free(*s);
	*s = NULL;
}

const struct capability *session_capabilities(const struct session *s)
{
	return &s->capability;
}

bool session_is_secure(const struct session *s)
{
	return stream_is_secure(s->stream);
}

bool session_binding(const struct session *s, struct channel_binding *out)
{
	return stream_binding(s->stream, out);
}

const char *session_timestamp(const struct session *s)
{
	return s->timestamp;
}

size_t session_queued(const struct session *s)
{
	return s->queued;
}

enum session_command session_awaited(const struct session *s)
{
	return s->queued > 0 ? s->queue[s->first].command : COMMAND_OTHER;
}

bool session_is_crowded(const struct session *s)
{
	return s->crowded;
}

size_t session_window(const struct session *s)
{
	return s->capability.pipelining && !s->one_at_a_time ? WINDOW : 1;
}

bool session_is_quiet(const struct session *s)
{
	return s->queued > 0 || stream_buffered(s->stream) == 0;
}

void session_forbid_pipelining(struct session *s)
{
	s->one_at_a_time = true;
}

static const char *const command_words[] = {
    [COMMAND_OTHER] = "",
    [COMMAND_CAPA] = "CAPA",
    [COMMAND_LIST] = "LIST",
    [COMMAND_UIDL] = "UIDL",
    [COMMAND_RETR] = "RETR",
    [COMMAND_TOP] = "TOP",
    [COMMAND_PEEK] = "TOP",
    [COMMAND_DELE] = "DELE",
    [COMMAND_ASK_UID] = "UIDL",
    [COMMAND_ASK_SIZE] = "LIST",
    [COMMAND_NOOP] = "NOOP",
    [COMMAND_RSET] = "RSET",
    [COMMAND_QUIT] = "QUIT",
    [COMMAND_STAT] = "STAT",
};

static enum reply_shape shape_of(enum session_command command)
{
	switch (command) {
	case COMMAND_CAPA:
	case COMMAND_LIST:
	case COMMAND_UIDL:
		return REPLY_LINES;
	case COMMAND_RETR:
	case COMMAND_TOP:
	case COMMAND_PEEK:
		return REPLY_BODY;
	default:
		return REPLY_SINGLE;
	}
}

/* Appends to the queue. The caller has made sure of room: WINDOW is the most that fits. */
static void push(struct session *s, enum session_command command, uint32_t number)
{
	s->queue[(s->first + s->queued) % WINDOW] = (struct command){command, number};
	s->crowded |= s->queued > 0;
	if (s->queued++ == 0) {
		s->crowded = false;
		s->answered = 0;
		s->waited = 0;
		reply_expect(&s->reply, shape_of(command));
		stream_restart_clock(s->stream);
	}
}

static void pop(struct session *s)
{
	s->in_body = false;
	s->first = (s->first + 1) % WINDOW;
	s->since_restart = 0;
	s->answered = 0;
	s->waited = 0;
	stream_restart_clock(s->stream);
	if (--s->queued > 0)
		reply_expect(&s->reply, shape_of(s->queue[s->first].command));
}

void session_queue(struct session *s, enum session_command command, uint32_t number)
{
	char line[64];
	char *end = stpcpy(line, command_words[command]);

	if (number > 0) {
		*end++ = ' ';
		end = decimal_put(end, number);
	}
	if (command == COMMAND_TOP || command == COMMAND_PEEK) {
		*end++ = ' ';
		end = decimal_put(end, command == COMMAND_PEEK ? SESSION_PEEK_LINES : 0);
	}
	log_line(s->log, LOG_WIRE, "C: %.*s", (int)(end - line), line);
	end = stpcpy(end, "\r\n");
	stream_write(s->stream, line, (size_t)(end - line));
	s->unsent = true;
	push(s, command, number);
}

static bool fail_malformed(const struct session *s, const char *text, size_t length, struct error *err)
{
	const char *word = command_words[s->queue[s->first].command];

	error_set(err, ERROR_PROTOCOL, "the server's answer%s%s is no POP3", *word ? " to " : "", word);
	return error_server(err, text, length < 200 ? length : 200);
}

/* Makes the outside's event from the parser's and moves the queue on. */
static void translate(struct session *s, enum reply_event found, struct session_event *event)
{
	const struct command *head = &s->queue[s->first];

	event->command = head->command;
	event->number = head->number;
	switch (found) {
	case REPLY_OK:
		event->type = SESSION_OK;
		s->in_body = shape_of(head->command) != REPLY_SINGLE;
		if (!s->in_body)
			pop(s);
		break;
	case REPLY_ERR:
		event->type = SESSION_REFUSED;
		pop(s);
		break;
	case REPLY_CONTINUE:
		event->type = SESSION_CHALLENGE;
		pop(s);
		break;
	case REPLY_LINE:
		event->type = SESSION_LINE;
		break;
	case REPLY_DATA:
		event->type = SESSION_DATA;
		event->octets = s->reply.octets;
		break;
	default:
		event->type = SESSION_END;
		event->octets = s->reply.octets;
		event->dots = s->reply.dots;
		pop(s);
		break;
	}
}

/* An answer that moves on is waited for, however long it is; one that drips is not. Our own disk's time does not count. */
static bool count_progress(struct session *s, size_t octets, struct error *err)
{
	s->since_restart += octets;
	s->answered += octets;
	if (s->since_restart < PROGRESS_OCTETS)
		return true;
	s->since_restart = 0;
	stream_restart_clock(s->stream);
	if (s->waited <= stream_timeout(s->stream) * 1000 || s->answered >= (uint64_t)s->waited / 1000 * RATE_LEAST)
		return true;
	return error_set(err, ERROR_NETWORK, "the server's answer is too slow: %" PRIu64 " octets in %" PRId64 " s", s->answered,
	    s->waited / 1000);
}

/* Gives what has arrived, and counts the time until it has. */
static bool read_some(struct session *s, const char **bytes, size_t *available, struct error *err)
{
	int64_t start;
	bool ok;

	if (stream_buffered(s->stream) > 0)
		return stream_read(s->stream, bytes, available, err);
	start = deadline_clock();
	ok = stream_read(s->stream, bytes, available, err);
	s->waited += deadline_clock() - start;
	return ok;
}

static void trace(const struct session *s, enum reply_event found, const char *text, size_t length)
{
	static const char *const marks[] = {[REPLY_OK] = "+OK ", [REPLY_ERR] = "-ERR ", [REPLY_CONTINUE] = "+ "};

	if (found == REPLY_LINE)
		log_line(s->log, LOG_WIRE, "S: %.*s", (int)length, text);
	else if (found == REPLY_END)
		log_line(s->log, LOG_WIRE, "S: .");
	else if (found != REPLY_DATA)
		log_line(s->log, LOG_WIRE, "S: %s%.*s", marks[found], (int)length, text);
}

void session_expect(struct session *s, uint64_t octets)
{
	stream_expect(s->stream, octets);
}

void session_limit(struct session *s, int64_t until)
{
	stream_limit(s->stream, until);
}

void session_on_idle(struct session *s, void (*idle)(void *context), void *context)
{
	stream_on_idle(s->stream, idle, context);
}

void session_read_ahead(struct session *s)
{
	if (s->queued > 0 && !s->unsent)
		stream_read_ahead(s->stream);
}

void session_end_ahead(struct session *s)
{
	stream_end_ahead(s->stream);
}

bool session_send(struct session *s, struct error *err)
{
	if (s->unsent && !stream_flush(s->stream, err))
		return false;
	s->unsent = false;
	return true;
}

bool session_next(struct session *s, struct session_event *event, struct error *err)
{
	enum reply_event found;

	if (s->queued == 0)
		return error_set(err, ERROR_INTERNAL, "an answer was expected to no command");
	if (!session_send(s, err))
		return false;
	do {
		const char *bytes;
		size_t available, used;

		if (!read_some(s, &bytes, &available, err))
			return false;
		found = reply_next(&s->reply, bytes, available, &used, &event->text, &event->length);
		stream_consume(s->stream, used);
		if (!count_progress(s, used, err))
			return false;
	} while (found == REPLY_MORE);
	if (found == REPLY_MALFORMED || (found == REPLY_CONTINUE && s->queue[s->first].command != COMMAND_OTHER))
		return fail_malformed(s, event->text, event->length, err);
	trace(s, found, event->text, event->length);
	translate(s, found, event);
	return true;
}

bool session_exchange(struct session *s, const char *line, size_t length, size_t secret_from,
    struct session_event *event, struct error *err)
{
	if (secret_from >= length)
		log_line(s->log, LOG_WIRE, "C: %.*s", (int)length, line);
	else
		log_line(s->log, LOG_WIRE, "C: %.*s****", (int)secret_from, line);
	stream_write(s->stream, line, length);
	stream_write(s->stream, "\r\n", 2);
	s->unsent = true;
	push(s, COMMAND_OTHER, 0);
	return session_next(s, event, err);
}

/*
 * Takes "<WORD@WORD>" out of the greeting. What is no message identifier is no timestamp: then APOP would
 * hash octets of somebody's choice.
 */
static void take_timestamp(struct session *s, const char *text, size_t length)
{
	const char *start = memchr(text, '<', length);
	const char *end = start ? memchr(start, '>', length - (size_t)(start - text)) : NULL;
	size_t size = end ? (size_t)(end - start) + 1 : 0;

	if (size == 0 || size >= sizeof(s->timestamp) || !memchr(start, '@', size))
		return;
	for (size_t i = 0; i < size; i++) {
		if (start[i] <= ' ' || start[i] > '~')
			return;
	}
	memcpy(s->timestamp, start, size);
	s->timestamp[size] = '\0';
}

static bool mend_greeting(struct error *err)
{
	return error_mend(err, "check server and port: something else than a POP3 server may be there");
}

bool session_greet(struct session *s, struct error *err)
{
	struct session_event event;
	int64_t start = deadline_clock();

	push(s, COMMAND_OTHER, 0);
	if (!session_next(s, &event, err))
		return err->kind == ERROR_PROTOCOL ? mend_greeting(err) : false;
	if (event.type == SESSION_OK) {
		log_number(s->log, "times.greeting", deadline_clock() - start);
		take_timestamp(s, event.text, event.length);
		return true;
	}
	if (event.type == SESSION_REFUSED)
		return refusal_error(event.text, event.length, ERROR_PROTOCOL, "the server refused the connection", err);
	error_set(err, ERROR_PROTOCOL, "the server's greeting is no POP3");
	return mend_greeting(err);
}

bool session_read_capabilities(struct session *s, struct error *err)
{
	struct session_event event;
	unsigned lines = 0;

	capability_clear(&s->capability);
	do {
		if (!session_next(s, &event, err))
			return false;
		if (event.type == SESSION_LINE) {
			log_fact(s->log, "capability", "%.*s", (int)event.length, event.text);
			capability_add(&s->capability, event.text, event.length);
		}
		if (event.type == SESSION_LINE && ++lines > CAPABILITIES_MOST)
			return error_set(err, ERROR_PROTOCOL, "the server announces more than %d capabilities",
			    CAPABILITIES_MOST);
	} while (event.type != SESSION_END && event.type != SESSION_REFUSED);
	return true;
}

bool session_ask_capabilities(struct session *s, struct error *err)
{
	session_queue(s, COMMAND_CAPA, 0);
	return session_read_capabilities(s, err);
}

void session_assume_capabilities(struct session *s, const char *text)
{
	capability_clear(&s->capability);
	while (*text) {
		size_t length = strcspn(text, "\n");

		capability_add(&s->capability, text, length);
		text += length + (text[length] == '\n');
	}
}

bool session_start_tls(struct session *s, const struct tls_options *tls, struct error *err)
{
	struct session_event event;

	if (!s->capability.stls) {
		error_set(err, ERROR_TLS, "the server offers no STLS on this port, and nothing is sent without TLS");
		return error_mend(err, "use tls = implicit with port 995");
	}
	if (!session_exchange(s, "STLS", 4, 4, &event, err))
		return false;
	if (event.type != SESSION_OK) {
		error_set(err, ERROR_TLS, "the server refused STLS, and nothing is sent without TLS");
		error_server(err, event.text, event.length);
		return error_mend(err, "use tls = implicit with port 995");
	}
	capability_clear(&s->capability);
	return stream_start_tls(s->stream, tls, s->log, err);
}

bool session_quit(struct session *s, struct error *err)
{
	struct session_event event;

	session_queue(s, COMMAND_QUIT, 0);
	if (!session_next(s, &event, err))
		return false;
	if (event.type == SESSION_OK)
		return true;
	return refusal_error(event.text, event.length, ERROR_PROTOCOL,
	    "the server could not delete everything that it was told to", err);
}
