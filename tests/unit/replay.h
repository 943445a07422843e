#ifndef MAILHAUL_TESTS_REPLAY_H
#define MAILHAUL_TESTS_REPLAY_H

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/buf.h"
#include "base/escape.h"
#include "pop3/reply.h"

/*
 * The events that a parser made of its input, as text: a letter for each event (O +OK, E -ERR, C "+", L line, D
 * data, T terminator, M malformed), its octets, LF. Consecutive octets of a body are one D.
 */
struct replay {
	struct reply reply;
	struct buf events;
	bool in_data;
	bool broken; /* malformed: nothing more is parsed */
};

static inline void replay_start(struct replay *r, enum reply_shape shape, bool crlf)
{
	reply_init(&r->reply, crlf);
	reply_expect(&r->reply, shape);
	buf_clear(&r->events);
	r->in_data = r->broken = false;
}

static inline void replay_event(struct replay *r, enum reply_event event, const char *text, size_t length)
{
	static const char letters[] = {[REPLY_OK] = 'O',
	    [REPLY_ERR] = 'E',
	    [REPLY_CONTINUE] = 'C',
	    [REPLY_LINE] = 'L',
	    [REPLY_DATA] = 'D',
	    [REPLY_END] = 'T',
	    [REPLY_MALFORMED] = 'M'};

	if (event != REPLY_DATA || !r->in_data) {
		if (r->in_data)
			buf_append(&r->events, "\n", 1);
		buf_append(&r->events, &letters[event], 1);
	}
	if (event != REPLY_END)
		buf_append(&r->events, text, length);
	r->in_data = event == REPLY_DATA;
	if (!r->in_data)
		buf_append(&r->events, "\n", 1);
	r->broken = event == REPLY_MALFORMED;
	if (event == REPLY_ERR || event == REPLY_CONTINUE)
		reply_expect(&r->reply, REPLY_SINGLE);
}

/* Passes a piece to the parser, in memory that ends where the piece does. */
static inline void replay_piece(struct replay *r, const char *bytes, size_t length)
{
	char *piece = malloc(length > 0 ? length : 1);
	size_t at = 0;

	if (!piece)
		abort();
	memcpy(piece, bytes, length);
	while (!r->broken) {
		const char *text;
		size_t used, text_length;
		enum reply_event event = reply_next(&r->reply, piece + at, length - at, &used, &text, &text_length);

		at += used;
		if (event == REPLY_MORE)
			break;
		replay_event(r, event, text, text_length);
	}
	if (at != length && !r->broken)
		abort(); /* MORE although input is left */
	free(piece);
}

/* Passes the input to the parser in pieces of `size` octets; 0: all at once. */
static inline void replay_pieces(struct replay *r, const char *bytes, size_t length, size_t size)
{
	for (size_t at = 0; at < length; at += size) {
		if (size == 0 || size > length - at)
			size = length - at;
		replay_piece(r, bytes + at, size);
	}
}

/* After all input was passed: the events must be these. */
static inline void replay_check(struct replay *r, const struct buf *expected, const char *what, size_t cut)
{
	char got[400], wanted[400];

	if (r->in_data)
		buf_append(&r->events, "\n", 1);
	if (r->events.length == expected->length &&
	    (expected->length == 0 || memcmp(r->events.data, expected->data, expected->length) == 0))
		return;
	escape_text(got, sizeof(got), buf_string(&r->events), r->events.length);
	escape_text(wanted, sizeof(wanted), expected->data ? expected->data : "", expected->length);
	ck_abort_msg("%s %zu: \"%s\" instead of \"%s\"", what, cut, got, wanted);
}

#endif
