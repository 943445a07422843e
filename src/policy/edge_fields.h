#ifndef MAILHAUL_POLICY_EDGE_FIELDS_H
#define MAILHAUL_POLICY_EDGE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EDGE_FIELDS = 4 }; /* fields examined on each side */

/*
 * The lengths of the first and last fields of a header, found while the message arrives. Programs between the sender
 * and the mailbox add fields there. {0} is a message of which nothing has arrived.
 */
struct edge_fields {
	uint64_t octets;		  /* octets so far, with each line end counted as CRLF */
	uint64_t starts[EDGE_FIELDS + 1]; /* offsets of the first fields */
	uint64_t last[EDGE_FIELDS];	  /* offsets of the last fields, a ring */
	size_t count;
	bool in_line, after_cr, over;
};

/* Adds more of the message, whose lines end with LF or CRLF. */
void edge_fields_add(struct edge_fields *e, const char *bytes, size_t length);

/*
 * Returns whether some fields at the start or at the end of the header have this many octets in total, and other
 * fields remain.
 */
bool edge_fields_have(const struct edge_fields *e, uint64_t octets);

#endif
