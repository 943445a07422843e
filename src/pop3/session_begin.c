#include "config.h"

#include "pop3/session.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/redact.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "pop3/capability.h"
#include "pop3/refusal.h"
#include "pop3/session_private.h"

enum {
	CAPABILITIES_MOST = 1000, /* maximum lines of the reply to CAPA */
};

/* Notes the command in the visible part of a line, without its arguments. AUTH includes the mechanism. */
static void note_step(struct session *s, const char *line, size_t visible)
{
	size_t length = 0;

	while (length < visible && line[length] != ' ')
		length++;
	if (length == 4 && memcmp(line, "AUTH", 4) == 0) {
		while (++length < visible && line[length] != ' ')
			continue;
	}
	if (length == 0) /* a response to a challenge */
		return;
	length = length < sizeof(s->step) ? length : sizeof(s->step) - 1;
	memcpy(s->step, line, length);
	s->step[length] = '\0';
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
	session_push(s, COMMAND_OTHER, 0);
	note_step(s, line, secret_from < length ? secret_from : length);
	do {
		if (!session_next(s, event, err))
			return false;
	} while (event->command == COMMAND_UTF8);
	return true;
}

bool session_ask_utf8(struct session *s, bool apart, struct error *err)
{
	struct session_event event;

	if (!s->capability.utf8 || s->utf8_asked)
		return true;
	s->utf8_asked = true;
	session_queue(s, COMMAND_UTF8, 0);
	return (!apart && session_window(s) > 1) || session_next(s, &event, err);
}

void session_logged_in(struct session *s)
{
	s->fresh = true;
}

/*
 * Takes "<WORD@WORD>" from the greeting. Other text is not a timestamp, as APOP would hash text chosen by an attacker.
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

static bool hint_greeting(struct error *err)
{
	return error_hint(err, "check server and port: the port may belong to a service other than POP3");
}

/*
 * Returns whether the words begin with an SMTP code for a temporary failure, as in "421 too many connections" (RFC
 * 5321, 4.2.1).
 */
static bool says_that_it_passes(const char *words)
{
	return words[0] == '4' && words[1] >= '0' && words[1] <= '9' && words[2] >= '0' && words[2] <= '9' &&
	    words[3] == ' ';
}

static bool fail_no_greeting(struct error *err)
{
	if (err->kind != ERROR_PROTOCOL)
		return false;
	if (!says_that_it_passes(err->server))
		return hint_greeting(err);
	err->temporary = true;
	return error_hint(err, "the server has a temporary problem; the next run tries again");
}

bool session_greet(struct session *s, struct error *err)
{
	struct session_event event;
	int64_t start = deadline_clock();

	session_push(s, COMMAND_OTHER, 0);
	if (!session_next(s, &event, err))
		return fail_no_greeting(err);
	if (event.type == SESSION_OK) {
		log_number(s->log, "times.greeting", deadline_clock() - start);
		take_timestamp(s, event.text, event.length);
		return true;
	}
	if (event.type == SESSION_REFUSED)
		return refusal_error(event.text, event.length, ERROR_PROTOCOL, "the server refused the connection",
		    err);
	error_set(err, ERROR_PROTOCOL, "the greeting is not valid POP3");
	return hint_greeting(err);
}

/* Fails after +OK without a list: the first "line" is the next reply. No capability begins with a sign. */
static bool fail_without_list(struct session *s, const struct session_event *event, struct error *err)
{
	s->fault = COMMAND_CAPA;
	error_set(err, ERROR_PROTOCOL, "the reply to CAPA has no list");
	return error_server(err, event->text, event->length);
}

static void note_capability(const struct session *s, const char *text, size_t length)
{
	if (!s->log || !s->log->fact)
		return;
	text = redact(text, &length);
	log_fact(s->log, "capability", "%.*s", (int)length, text);
}

bool session_read_capabilities(struct session *s, struct error *err)
{
	struct session_event event;
	unsigned lines = 0;

	capability_clear(&s->capability);
	do {
		if (!session_next(s, &event, err))
			return false;
		if (event.type == SESSION_LINE && lines == 0 && event.length > 0 &&
		    (*event.text == '+' || *event.text == '-'))
			return fail_without_list(s, &event, err);
		if (event.type == SESSION_LINE) {
			note_capability(s, event.text, event.length);
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

enum session_command session_fault(const struct session *s)
{
	return s->fault;
}

void session_forbid_utf8(struct session *s)
{
	s->utf8_asked = true;
}

void session_forbid_capa(struct session *s)
{
	s->without_capa = true;
}

bool session_may_send_capa(const struct session *s)
{
	return !s->without_capa;
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

bool session_ask_stls(struct session *s, struct error *err)
{
	struct session_event event;

	/*
	 * Text sent without TLS proves nothing: a server may know STLS without CAPA, or announce it only to some
	 * clients.
	 */
	if (!session_exchange(s, "STLS", 4, 4, &event, err))
		return false;
	if (event.type != SESSION_OK) {
		if (s->capability.stls)
			error_set(err, ERROR_TLS, "the server refused STLS, and nothing is sent without TLS");
		else
			error_set(err, ERROR_TLS,
			    "the server does not offer STLS on this port, and nothing is sent without TLS");
		error_server(err, event.text, event.length);
		return error_hint(err, "set tls = implicit and port = 995");
	}
	/* RFC 2595, 4.: everything that was learned without TLS is forgotten. */
	capability_clear(&s->capability);
	s->timestamp_forgotten = *s->timestamp;
	s->timestamp[0] = s->refusal[0] = '\0';
	s->refused_last = s->fault = COMMAND_OTHER;
	return true;
}

bool session_forgot_timestamp(const struct session *s)
{
	return s->timestamp_forgotten;
}
