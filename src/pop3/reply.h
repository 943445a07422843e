#ifndef MAILHAUL_POP3_REPLY_H
#define MAILHAUL_POP3_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

/* The form of a command's reply if it is +OK (RFC 1939, 3.). */
enum reply_shape {
	REPLY_SINGLE, /* only the status line */
	REPLY_LINES,  /* short lines: the reply to UIDL, LIST or CAPA */
	REPLY_BODY,   /* a message, or the top of one */
};

enum reply_event {
	REPLY_MORE,	 /* the input is used up */
	REPLY_OK,	 /* "+OK"; text is what follows it and its blanks */
	REPLY_ERR,	 /* "-ERR" or "+ERR"; text is what follows it and its blanks */
	REPLY_CONTINUE,	 /* "+ ": a SASL challenge (RFC 5034, 4.); text is what follows */
	REPLY_LINE,	 /* a line of a REPLY_LINES reply, dot-unstuffed, without its line end */
	REPLY_DATA,	 /* octets of a body, dot-unstuffed, with the chosen line ends */
	REPLY_END,	 /* the terminating dot was read: the reply is complete */
	REPLY_MALFORMED, /* not a POP3 reply, or a line over REPLY_LINE_MOST; text is its start */
};

enum {
	REPLY_LINE_MOST = 8192,	  /* maximum octets of a status or listing line */
	REPLY_INPUT_MOST = 65536, /* maximum octets taken in one call */
	REPLY_EMPTY_MOST = 4,	  /* maximum empty lines skipped before a status line or a line of a listing */
	REPLY_BLANKS_MOST = 8,	  /* maximum blanks skipped before +OK and -ERR */
};

/* The decoder's position in a body. Pending octets were read but not given out. */
enum reply_place {
	PLACE_LINE_START, /* after CRLF, or at the start of the body */
	PLACE_DOT,	  /* a dot at the start of a line is pending */
	PLACE_DOT_CR,	  /* a dot and CR are pending */
	PLACE_INSIDE,
	PLACE_CR, /* CR is pending */
};

/*
 * A parser of replies. It turns bytes into events and does no I/O. The events do not depend on how the input is cut
 * into pieces, except that data may be cut differently.
 *
 * Lines end with CRLF (RFC 1939, 3.). If the status line ends with CRLF, a body has no other line end: any other CR or
 * LF is content. If the status line ends with a bare LF, or with CR CR LF, the lines of that reply may end so too. A
 * dot at the start of a body line was stuffed if another dot follows it, and only then is it removed. Any other dot
 * there is content from a server that does not stuff. A few empty or blank lines are skipped before a status line, and
 * before each line of a listing and its final dot, but never in a body. "+OK" and "-ERR" may be in lower case, may
 * have blanks before them, and need no blank after them.
 */
struct reply {
	bool crlf; /* bodies keep CRLF; false: it becomes LF */
	enum reply_shape shape;
	bool in_status;
	enum reply_place place;
	unsigned line_end;  /* CRs before the LF of this reply's status line: 0, 1 or 2 */
	unsigned held;	    /* CRs pending in a body whose line_end is not 1 */
	unsigned empty;	    /* empty lines skipped before this one */
	uint64_t octets;    /* octets of the body as sent so far, without stuffing: see reply_octets */
	uint64_t given;	    /* octets of the body given out */
	uint64_t line_ends; /* line ends of the body given out, where they are not octets - given */
	uint64_t dots;	    /* dots stuffed into the body so far */
	bool unstuffed;	    /* a line of the body began with an unstuffed dot, which was kept */
	size_t line_length;
	char line[REPLY_LINE_MOST + 2];
	char data[REPLY_INPUT_MOST + 2 + SCAN_SLACK];
};

void reply_init(struct reply *r, bool crlf);

/* Begins a new reply of this shape. */
void reply_expect(struct reply *r, enum reply_shape shape);

/*
 * Reads from in, sets *used to the number of octets taken, and returns the event found. *text and *length describe the
 * event. They stay the parser's and live until the next call. REPLY_MORE means that all input was taken.
 */
enum reply_event reply_next(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length);

/* Continues with lines after REPLY_OK of a REPLY_SINGLE reply, as for REPLY_LINES. */
void reply_follow_lines(struct reply *r);

/*
 * Returns the octets of a body at REPLY_END, with CRLF for each line end, as RFC 1939, 11. counts them, or with LF.
 * r->octets is the count with the line ends that the server uses.
 */
uint64_t reply_octets(const struct reply *r, bool with_crlf);

#endif
