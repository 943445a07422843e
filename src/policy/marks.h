#ifndef MAILHAUL_POLICY_MARKS_H
#define MAILHAUL_POLICY_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/*
 * The digest of a message, and the one that it has without the fields that mail stores write into headers
 * themselves (policy/header): a mail program that keeps "Status: RO" in an mbox has not altered what was
 * delivered.
 */
struct marks {
	struct digest whole, bare; /* the same until there is a mark */
	bool marked;
	uint64_t mark_octets; /* of such fields, with CRLF line ends */
	bool cr;      /* they ended in a CR so far */
	bool ended;   /* the header is behind us */
	bool naming;  /* at a line's start: the field's name is being gathered */
	bool skipping; /* the current field is a mark */
	size_t held;  /* octets in name that are in no digest yet */
	char name[24];
};

void marks_start(struct marks *m);
void marks_add(struct marks *m, const char *bytes, size_t length);

/* Returns whether there were such fields; bare is the same as whole if not. */
bool marks_end(struct marks *m, unsigned char whole[DIGEST_SIZE], unsigned char bare[DIGEST_SIZE]);

#endif
