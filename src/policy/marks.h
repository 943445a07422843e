#ifndef MAILHAUL_POLICY_MARKS_H
#define MAILHAUL_POLICY_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/*
 * The digest of a message, and its digest without the fields that mail programs write into headers (header_is_added).
 * A program that adds "Status: RO" in an mbox has not altered the delivered message. The state keeps such digests, so a
 * field that is added to that list later makes some of them useless.
 */
struct marks {
	struct digest whole, bare; /* equal until the first such field */
	bool marked;
	uint64_t mark_octets; /* octets of such fields, with CRLF line ends */
	bool cr;	      /* the fields end with a CR so far */
	bool ended;	      /* the header is complete */
	bool naming;	      /* at the start of a line; the name of the field is being collected */
	bool skipping;	      /* the current field is one of a mail program */
	bool has_body;	      /* the header is followed by more than the empty line */
	/* The value of Content-Length so far: being read; only zeros; and whether the complete field says 0. */
	bool in_length, zeros, no_length;
	size_t held; /* bytes in name that are not yet in a digest */
	char name[24];
};

void marks_start(struct marks *m);
void marks_add(struct marks *m, const char *bytes, size_t length);

/* Stores both digests and returns whether there were such fields. If not, both digests are equal. */
bool marks_end(struct marks *m, unsigned char whole[DIGEST_SIZE], unsigned char bare[DIGEST_SIZE]);

#endif
