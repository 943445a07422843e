#ifndef MAILHAUL_TESTS_TALK_H
#define MAILHAUL_TESTS_TALK_H

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "../support/script.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "io/stream.h"
#include "pop3/session.h"

/* A session with a scripted server, and all that it logged at LOG_WIRE. */
struct talk {
	struct script script;
	struct log log;
	struct buf logged; /* one line for each entry */
	struct stream *stream;
	struct session *session;
	struct error err;
};

static inline void talk_hear(void *context, enum log_level level, const char *text)
{
	(void)level;
	buf_append_string(context, text);
	buf_append_string(context, "\n");
}

/* Makes the session over the stream in t. */
static inline void talk_over_stream(struct talk *t, bool crlf)
{
	t->log = (struct log){.level = LOG_WIRE, .write = talk_hear, .context = &t->logged};
	t->session = session_make(t->stream, &t->log, crlf);
	error_clear(&t->err);
}

/* Makes it over a script that returns `piece` octets at a time (0: any number). */
static inline void talk_over_script(struct talk *t, const char *server, size_t piece, bool secure)
{
	*t = (struct talk){.script = {.server = server, .piece = piece, .secure = secure}};
	t->script.server_length = strlen(server);
	t->stream = script_stream(&t->script);
	talk_over_stream(t, false);
}

/* The same, presented as TLS. */
static inline void talk_start(struct talk *t, const char *server, size_t piece)
{
	talk_over_script(t, server, piece, true);
}

/* The same with a server that announces these capabilities, each ended by CRLF. */
static inline void talk_capable(struct talk *t, const char *capabilities, const char *server, size_t piece)
{
	static char text[65536];
	int length = snprintf(text, sizeof(text), "+OK\r\n%s.\r\n%s", capabilities, server);

	ck_assert_int_lt(length, (int)sizeof(text));
	talk_start(t, text, piece);
	ck_assert(session_ask_capabilities(t->session, &t->err));
	ck_assert_str_eq(t->script.client, "CAPA\r\n");
	t->script.client_length = 0;
	t->script.client[0] = '\0';
}

static inline void talk_end(struct talk *t)
{
	session_free(&t->session);
	stream_close(&t->stream);
	buf_free(&t->logged);
}

#endif
