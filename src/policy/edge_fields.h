#ifndef MAILHAUL_POLICY_EDGE_FIELDS_H
#define MAILHAUL_POLICY_EDGE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EDGE_FIELDS = 4 }; /* looked at, on each side */

/*
 * How long the first and the last fields of a header are, found while the message arrives: what programs on the way add
 * is there. {0} is a message of which nothing has come.
 */
struct edge_fields {
	uint64_t octets;		  /* so far, each line end counted as CRLF */
	uint64_t starts[EDGE_FIELDS + 1]; /* where the first fields begin, */
	uint64_t last[EDGE_FIELDS];	  /* and the last ones, a ring */
	size_t count;
	bool in_line, after_cr, over;
};

/* Takes more of the message, whose lines end with LF or CRLF. */
void edge_fields_add(struct edge_fields *e, const char *bytes, size_t length);

/* Whether some fields at the header's beginning, or at its end, have so many octets, and others are left. */
bool edge_fields_have(const struct edge_fields *e, uint64_t octets);

#endif
