#ifndef MAILHAUL_POLICY_EDGE_LINES_H
#define MAILHAUL_POLICY_EDGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { EDGE_LINE_OCTETS = 5, EDGE_TAIL_OCTETS = 3 };

/*
 * The starts of a message's first and last line and its last octets, found while the message arrives. {0} is a
 * message of which nothing has arrived.
 */
struct edge_lines {
	char first[EDGE_LINE_OCTETS], last[EDGE_LINE_OCTETS];
	size_t first_length, last_length;
	bool line_is_over;	     /* the next octet starts a line */
	char tail[EDGE_TAIL_OCTETS]; /* the last octets of the message */
};

/* Adds more of the message, whose lines end with LF or CRLF. */
void edge_lines_add(struct edge_lines *e, const char *bytes, size_t length);

/*
 * Returns whether one of the lines is unlikely to belong to a message: the first line is empty, or either looks like
 * a status line (RFC 1939, section 3). Servers that answer twice leave such lines in a message. A real message may
 * also contain one.
 */
bool edge_lines_are_foreign(const struct edge_lines *e);

/* Returns whether the last line has a CR before its line end, which is CRLF if `crlf` is set, otherwise LF. */
bool edge_lines_end_with_cr(const struct edge_lines *e, bool crlf);

#endif
