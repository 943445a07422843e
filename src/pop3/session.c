#include "config.h"

#include "pop3/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/redact.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "pop3/refusal.h"
#include "pop3/reply.h"
#include "pop3/session_private.h"
#include "pop3/unanswered.h"

enum {
	PROGRESS_OCTETS = 4096, /* octets of a reply that restart the time limit */
	RATE_LEAST = 512,	/* octets per second that a reply must average after the time limit */
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
	if (*s)
		buf_free(&(*s)->asks.kept);
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

static bool is_top(enum session_command command)
{
	return command == COMMAND_TOP || command == COMMAND_PEEK;
}

uint32_t session_broke_at_top(const struct session *s, bool *others)
{
	*others = s->top_given;
	if (s->top_refused > 0 && s->lost)
		return s->top_refused;
	return is_top(session_awaited(s)) ? s->queue[s->first].number : 0;
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
	return s->capability.pipelining && !s->one_at_a_time ? SESSION_WINDOW : 1;
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
    [COMMAND_UTF8] = "UTF8",
};

enum reply_shape session_shape_of(enum session_command command)
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

void session_push(struct session *s, enum session_command command, uint32_t number)
{
	s->queue[(s->first + s->queued) % SESSION_WINDOW] = (struct session_slot){.command = command, .number = number};
	s->crowded |= s->queued > 0;
	if (s->queued++ == 0) {
		s->crowded = false;
		s->answered = 0;
		s->waited = 0;
		reply_expect(&s->reply, session_shape_of(command));
		stream_restart_clock(s->stream);
	}
}

static void pop(struct session *s)
{
	s->in_body = s->begun = false;
	s->first = (s->first + 1) % SESSION_WINDOW;
	s->since_restart = 0;
	s->answered = 0;
	s->waited = 0;
	stream_restart_clock(s->stream);
	if (--s->queued > 0)
		reply_expect(&s->reply, session_shape_of(s->queue[s->first].command));
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
	session_push(s, command, number);
}

static const char *head_word(const struct session *s)
{
	enum session_command command = s->queue[s->first].command;

	return command == COMMAND_OTHER ? s->step : command_words[command];
}

static bool fail_malformed(const struct session *s, const char *text, size_t length, struct error *err)
{
	const char *word = head_word(s);

	if (*word)
		error_set(err, ERROR_PROTOCOL, "the reply to %s is not valid POP3", word);
	else
		error_set(err, ERROR_PROTOCOL, "the greeting is not valid POP3");
	text = redact(text, &length); /* before it is cut */
	return error_server(err, text, length < 200 ? length : 200);
}

/* Returns whether nothing depends on a command. Some servers cannot handle these. */
static bool is_optional(enum session_command command)
{
	return command == COMMAND_CAPA || command == COMMAND_UTF8;
}

/*
 * Remembers a refusal of TOP, or of a command after the login and before the listing. It may be the server's last
 * words.
 */
static void note_refusal(struct session *s, const struct session_event *event)
{
	size_t length = event->length < sizeof(s->refusal) ? event->length : sizeof(s->refusal) - 1;
	bool top = is_top(event->command);

	s->refused_last = event->type == SESSION_REFUSED ? event->command : COMMAND_OTHER;
	s->listed = event->type == SESSION_LINE;
	s->top_refused = top && event->type == SESSION_REFUSED ? event->number : 0;
	s->top_given = s->top_given || (top && event->type == SESSION_END);
	if (event->type != SESSION_REFUSED) {
		s->refused = false;
		s->fresh = s->fresh && (event->command == COMMAND_CAPA || event->command == COMMAND_STAT);
	} else if (s->fresh || top || is_optional(event->command)) {
		memcpy(s->refusal, event->text, length);
		s->refusal[length] = '\0';
		s->refused = s->fresh || top;
	}
}

/* Decides, after the connection ended or the time limit passed, whether an optional command is the cause. */
static void note_fault(struct session *s)
{
	enum session_command head = session_awaited(s);
	bool silent = stream_time_over(s->stream) > 0, untouched = !s->begun && !s->in_body;
	bool without_list = s->in_body && !s->listed && s->reply.line_length == 0;
	struct error reason;

	if (is_optional(head) && (untouched || (silent && without_list))) {
		s->fault = head;
	} else if (is_optional(s->refused_last) && untouched && !silent) {
		refusal_error(s->refusal, strlen(s->refusal), ERROR_PROTOCOL, "", &reason);
		if (!reason.temporary && s->refusal[0] != '[')
			s->fault = s->refused_last;
	}
}

/* Quotes the server's last refusal, which says more than that it hung up. */
static bool fail_refused(struct session *s, struct error *err)
{
	char cause[96];

	if (s->top_refused > 0)
		snprintf(cause, sizeof(cause), "the server refused TOP %" PRIu32 " and then ended the session",
		    s->top_refused);
	else
		snprintf(cause, sizeof(cause), "the server accepted the login and then ended the session");
	refusal_error(s->refusal, strlen(s->refusal), ERROR_PROTOCOL, cause, err);
	/* If the server gives a reason, pipelining was not the cause. */
	if (err->temporary || s->refusal[0] == '[') {
		s->crowded = false;
		return false;
	}
	err->temporary = true;
	return error_hint(err, "the server has a temporary problem; the next run tries again");
}

/* Turns a failure of the stream into a failure of the command whose reply was read. */
static bool fail_unanswered(struct session *s, struct error *err)
{
	const struct unanswered u = {
	    .command = head_word(s),
	    .number = s->queue[s->first].number,
	    .begun = s->in_body || s->begun,
	    .seconds = stream_time_over(s->stream),
	};

	if (err->kind != ERROR_NETWORK)
		return false;
	note_fault(s);
	s->lost = true;
	return s->refused && u.seconds == 0 ? fail_refused(s, err) : unanswered_error(&u, err);
}

/* Makes the caller's event from the parser's, and advances the queue. */
static void translate(struct session *s, enum reply_event found, struct session_event *event)
{
	const struct session_slot *head = &s->queue[s->first];

	event->command = head->command;
	event->number = head->number;
	switch (found) {
	case REPLY_OK:
		event->type = SESSION_OK;
		s->in_body = session_shape_of(head->command) != REPLY_SINGLE;
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
		event->unstuffed = s->reply.unstuffed;
		event->octets_crlf = reply_octets(&s->reply, true);
		event->octets_lf = reply_octets(&s->reply, false);
		pop(s);
		break;
	}
}

/*
 * Waits for a reply as long as it makes progress, but fails if it is too slow. Time spent on our own disk does not
 * count.
 */
static bool count_progress(struct session *s, size_t octets, struct error *err)
{
	s->since_restart += octets;
	s->answered += octets;
	if (s->since_restart < PROGRESS_OCTETS)
		return true;
	s->since_restart = 0;
	stream_restart_clock(s->stream);
	if (s->waited <= stream_time_limit(s->stream) * 1000 || s->answered >= (uint64_t)s->waited / 1000 * RATE_LEAST)
		return true;
	return error_set(err, ERROR_NETWORK, "the server's reply is too slow: %" PRIu64 " bytes in %" PRId64 " s",
	    s->answered, s->waited / 1000);
}

/* Gives the bytes that have arrived, and counts the time spent waiting for them. */
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

void session_expect(struct session *s, uint64_t octets)
{
	stream_expect(s->stream, octets);
}

void session_set_deadline(struct session *s, int64_t until)
{
	stream_set_deadline(s->stream, until);
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
	if (s->unsent && !stream_flush(s->stream, err)) {
		if (err->kind == ERROR_NETWORK)
			note_fault(s);
		return false;
	}
	s->unsent = false;
	return true;
}

/*
 * Returns whether a line that is not POP3 ("500 what") may count as a refusal, because nothing depends on the command.
 * A question about a message qualifies only while nothing else is in flight: then the next reply shows whether this
 * was one.
 */
static bool is_refusal(const struct session *s, size_t length)
{
	if (!s->reply.in_status || length >= REPLY_LINE_MOST || s->in_body)
		return false;
	switch (s->reading) {
	case COMMAND_CAPA:
	case COMMAND_UTF8:
		return true;
	case COMMAND_ASK_UID:
	case COMMAND_ASK_SIZE:
		return !s->crowded && s->queued == 1;
	default:
		return false;
	}
}

bool session_read_event(struct session *s, enum reply_event *found, const char **text, size_t *length,
    struct error *err)
{
	do {
		const char *bytes;
		size_t available, used;

		if (!read_some(s, &bytes, &available, err))
			return fail_unanswered(s, err);
		s->begun = true;
		*found = reply_next(&s->reply, bytes, available, &used, text, length);
		stream_consume(s->stream, used);
		if (!count_progress(s, used, err))
			return false;
	} while (*found == REPLY_MORE);
	s->unclear = *found == REPLY_MALFORMED && is_refusal(s, *length);
	if (s->unclear) {
		session_trace_line(s, "", *text, *length);
		*found = REPLY_ERR;
		return true;
	}
	if (*found == REPLY_MALFORMED || (*found == REPLY_CONTINUE && s->reading != COMMAND_OTHER))
		return fail_malformed(s, *text, *length, err);
	session_trace(s, *found, *text, *length);
	return true;
}

bool session_next(struct session *s, struct session_event *event, struct error *err)
{
	enum reply_event found = REPLY_MORE;
	struct asked asked;

	*event = (struct session_event){0};
	if (s->queued == 0)
		return error_set(err, ERROR_INTERNAL, "a reply was expected although no command was sent");
	if (!session_send(s, err) || (s->asks.followed && !session_ask_finish(s, err)))
		return false;
	s->reading = s->queue[s->first].command;
	if (!session_read_event(s, &found, &event->text, &event->length, err))
		return false;
	asked = (struct asked){s->queue[s->first].number, s->queue[s->first].uid, s->queue[s->first].octets};
	event->right = event->unclear = false;
	translate(s, found, event);
	note_refusal(s, event);
	if (event->command != COMMAND_ASK_UID && event->command != COMMAND_ASK_SIZE)
		return true;
	event->unclear = s->unclear;
	if (event->unclear)
		return session_ask_fence(s, &asked, event, err);
	if (event->type != SESSION_OK)
		return true;
	if (!session_ask_settle(s, &asked, event, err))
		return false;
	s->asks.answered |= event->right;
	return true;
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
	    "the server could not delete all messages marked for deletion", err);
}
