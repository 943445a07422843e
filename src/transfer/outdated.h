#ifndef MAILHAUL_TRANSFER_OUTDATED_H
#define MAILHAUL_TRANSFER_OUTDATED_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct run;
struct state_digests;

/* How the text of a message that has arrived relates to those that were delivered in doubt and are asked for again. */
enum outdated_text {
	OUTDATED_NONE,	/* it is none of them */
	OUTDATED_SAME,	/* it is the recorded text of this message */
	OUTDATED_OTHER, /* it is the recorded text of another message */
};

/*
 * A message that was delivered in doubt is outdated, and asked for again, if the server gives another size for it, or if
 * the user wants it. So is a message that was found in the destination with another size than the server's.
 * Compares the message that has arrived with the records of all outdated messages. A mail program may have added fields
 * to a message that was found. Sets ERROR_STORAGE.
 */
bool outdated_compare(struct run *r, const struct state_digests *digests, enum outdated_text *text, struct error *err);

/* Adds octets of an outdated message that keeps CRLF, for a comparison with a copy that has LF. */
void outdated_add(struct run *r, const char *bytes, size_t length);

/*
 * After outdated_compare: whether the message that has arrived was found in the destination, and whether the text that was
 * found is longer than what came.
 */
bool outdated_was_found(const struct run *r);
bool outdated_is_longer(const struct run *r);

#endif
