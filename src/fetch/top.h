#ifndef MAILHAUL_FETCH_TOP_H
#define MAILHAUL_FETCH_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct session;

/* What TOP told of a message. */
struct top_identity {
	bool known;   /* the server gave its header */
	bool telling; /* no other message has the same header by chance */
	unsigned char header[DIGEST_SIZE]; /* with peek: of header and first lines */
};

/*
 * Fills identities[i] for message numbers[i] through TOP, with peek of some lines of the body, too; as
 * many in flight as the server takes. A refused TOP is no failure.
 */
bool top_identify(struct session *s, const uint32_t *numbers, size_t count, bool peek, struct top_identity *identities,
    struct error *err);

#endif
