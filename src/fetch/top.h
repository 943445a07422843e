#ifndef MAILHAUL_FETCH_TOP_H
#define MAILHAUL_FETCH_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct session;

/* What TOP told of a message: the identity of its header, and whether that says enough to go by. */
struct top_identity {
	unsigned char header[DIGEST_SIZE];
	bool telling;
};

/*
 * Fills identities[i] for message numbers[i] through TOP, as many in flight as the server takes.
 * ERROR_PROTOCOL when it refuses.
 */
bool top_identify(struct session *s, const uint32_t *numbers, size_t count, struct top_identity *identities,
    struct error *err);

#endif
