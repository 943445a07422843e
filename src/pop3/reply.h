#ifndef MAILHAUL_POP3_REPLY_H
#define MAILHAUL_POP3_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

/* What a command's answer looks like when it is +OK (RFC 1939, 3.). */
enum reply_shape {
	REPLY_SINGLE, /* the status line alone */
	REPLY_LINES,  /* lines, each of them short: UIDL, LIST, CAPA */
	REPLY_BODY,   /* a message or its top */
};

enum reply_event {
	REPLY_MORE,	 /* the input is used up */
	REPLY_OK,	 /* "+OK"; text is what follows it and the blanks behind it */
	REPLY_ERR,	 /* "-ERR", or "+ERR"; text is the same */
	REPLY_CONTINUE,	 /* "+ ": a SASL challenge (RFC 5034, 4.); text is what follows */
	REPLY_LINE,	 /* a line of a REPLY_LINES answer, dot-unstuffed, without its line end */
	REPLY_DATA,	 /* octets of a body, dot-unstuffed, line ends as asked for */
	REPLY_END,	 /* the terminating dot has been read: the answer is complete */
	REPLY_MALFORMED, /* no POP3 reply, or a line over REPLY_LINE_MOST; text is its beginning */
};

enum {
	REPLY_LINE_MOST = 8192,	    /* octets of a status or listing line */
	REPLY_INPUT_MOST = 65536,   /* octets taken in one call at the most */
	REPLY_EMPTY_MOST = 4,	    /* empty lines that are skipped before a status line or a line of a listing */
	REPLY_BLANKS_MOST = 8,	    /* blanks that are skipped before +OK and -ERR */
};

/* Where in a body the decoder stands. What is pending was read and not given out. */
enum reply_place {
	PLACE_LINE_START, /* behind CRLF, or at the body's begin */
	PLACE_DOT,	  /* a dot at the line's start is pending */
	PLACE_DOT_CR,	  /* a dot and CR are pending */
	PLACE_INSIDE,
	PLACE_CR, /* CR is pending */
};

/*
 * A parser of replies: bytes in, events out, no I/O. Any cut of the input into pieces gives the
 * same events (data may be cut differently).
 *
 * Lines end with CRLF (RFC 1939, 3.), and in a reply whose status line does, a body knows no other line end: what a
 * message holds beside that is content. A dot at the beginning of a line of a body was stuffed if another one follows
 * it, and that is what is taken away; any other one comes from a server that does not stuff, and is content. A status
 * line that ends with a bare LF, or with CR CR LF, begins a reply whose lines may end as it did. A few empty lines, or
 * lines of blanks, are skipped before a status line, and before each line of a listing and its dot; never in a body.
 * "+OK" and "-ERR" may be in lower case, have blanks before them, and no blank after them.
 */
struct reply {
	bool crlf; /* bodies keep CRLF; otherwise it becomes LF */
	enum reply_shape shape;
	bool in_status;
	enum reply_place place;
	unsigned line_end;  /* CRs before the LF of this reply's status line: 0, 1 or 2 */
	unsigned held;	    /* CRs that are pending in a body whose line_end is not 1 */
	unsigned empty;	    /* empty lines that were skipped before this one */
	uint64_t octets;    /* of the body so far as they were sent, but for stuffing: see reply_octets */
	uint64_t given;	    /* octets of the body that were given out */
	uint64_t line_ends; /* of the body that were given out, where that is not octets - given */
	uint64_t dots;	    /* that were stuffed into it so far */
	bool unstuffed;	    /* a line of it began with a dot that was not stuffed; it was kept */
	size_t line_length;
	char line[REPLY_LINE_MOST + 2];
	char data[REPLY_INPUT_MOST + 2 + SCAN_SLACK];
};

void reply_init(struct reply *r, bool crlf);

/* Begins a new answer of this shape. */
void reply_expect(struct reply *r, enum reply_shape shape);

/*
 * Reads from in, says in *used how many octets it took, and returns what was found. *text and
 * *length describe the event; they are the parser's and live until the next call. Only an empty
 * rest of the input gives REPLY_MORE.
 */
enum reply_event reply_next(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length);

/* After REPLY_OK of a REPLY_SINGLE answer: lines follow all the same, as for REPLY_LINES. */
void reply_follow_lines(struct reply *r);

/*
 * At REPLY_END of a body: its octets with CRLF for each line end, as RFC 1939, 11. wants them counted, or with LF. What
 * the server sent is in r->octets: it has the line ends that the server uses.
 */
uint64_t reply_octets(const struct reply *r, bool with_crlf);

#endif
