#ifndef MAILHAUL_TRANSFER_OUTDATED_H
#define MAILHAUL_TRANSFER_OUTDATED_H

#include <stdbool.h>

#include "base/digest.h"

struct error;
struct run;

/* How the text of a message that has arrived relates to those that were delivered in doubt and are asked for again. */
enum outdated_text {
	OUTDATED_NONE,	/* it is none of them */
	OUTDATED_SAME,	/* it is the recorded text of this message */
	OUTDATED_OTHER, /* it is the recorded text of another message */
};

/*
 * A message that was delivered in doubt is outdated, and asked for again, if the server gives another size for it.
 * Compares the digest of the message that has arrived with the records of all outdated messages. Sets ERROR_STORAGE.
 */
bool outdated_compare(struct run *r, const unsigned char sha256[DIGEST_SIZE], enum outdated_text *text,
    struct error *err);

#endif
