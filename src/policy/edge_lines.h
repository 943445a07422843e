#ifndef MAILHAUL_POLICY_EDGE_LINES_H
#define MAILHAUL_POLICY_EDGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { EDGE_LINE_OCTETS = 5, EDGE_TAIL_OCTETS = 3 };

/*
 * The beginnings of a message's first and last line, and its last octets, found while it arrives. {0} is a message of
 * which nothing has come.
 */
struct edge_lines {
	char first[EDGE_LINE_OCTETS], last[EDGE_LINE_OCTETS];
	size_t first_length, last_length;
	bool line_is_over; /* what comes next begins a line */
	char tail[EDGE_TAIL_OCTETS]; /* the last octets */
};

/* Takes more of the message, whose lines end with LF or CRLF. */
void edge_lines_add(struct edge_lines *e, const char *bytes, size_t length);

/*
 * Whether one of them is none of a message: the first is empty, or one of both looks like a status line (RFC 1939, 3.),
 * as servers leave them in when they answer twice. A message may have such a line all the same.
 */
bool edge_lines_are_foreign(const struct edge_lines *e);

/* Whether the last line ends with a CR before its line end; crlf: that is CRLF, otherwise LF. */
bool edge_lines_end_with_cr(const struct edge_lines *e, bool crlf);

#endif
