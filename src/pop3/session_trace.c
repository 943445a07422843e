#include "config.h"

#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/redact.h"
#include "pop3/reply.h"
#include "pop3/session_private.h"

void session_trace_line(const struct session *s, const char *mark, const char *text, size_t length)
{
	if (!s->log || s->log->level < LOG_WIRE)
		return;
	text = redact(text, &length);
	log_line(s->log, LOG_WIRE, "S: %s%.*s", mark, (int)length, text);
}

/* Logs the greeting without the timestamp: with it, a password could be guessed from the digest of APOP. */
static void trace_greeting(const struct session *s, const char *text, size_t length)
{
	const char *start = memchr(text, '<', length);
	const char *end = start ? memchr(start, '>', length - (size_t)(start - text)) : NULL;
	struct buf shown = {0};

	if (!s->log || s->log->level < LOG_WIRE)
		return;
	buf_append(&shown, text, end ? (size_t)(start - text) : length);
	if (end) {
		buf_append_string(&shown, "<****");
		buf_append(&shown, end, (size_t)(text + length - end));
	}
	session_trace_line(s, "+OK ", buf_string(&shown), shown.length);
	buf_free(&shown);
}

void session_trace(const struct session *s, enum reply_event found, const char *text, size_t length)
{
	if (found == REPLY_CONTINUE)
		log_line(s->log, LOG_WIRE, "S: + %s", length > 0 ? "****" : "");
	else if (found == REPLY_OK && s->reading == COMMAND_OTHER && !*s->step)
		trace_greeting(s, text, length);
	else if (found == REPLY_OK || found == REPLY_ERR)
		session_trace_line(s, found == REPLY_OK ? "+OK " : "-ERR ", text, length);
	else if (found == REPLY_LINE)
		session_trace_line(s, "", text, length);
	else if (found == REPLY_END)
		log_line(s->log, LOG_WIRE, "S: .");
}
