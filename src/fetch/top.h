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
	bool telling; /* that has enough in it to go by */
	unsigned char header[DIGEST_SIZE];
};

/*
 * Fills identities[i] for message numbers[i] through TOP, as many in flight as the server takes. A
 * refused TOP is no failure.
 */
bool top_identify(struct session *s, const uint32_t *numbers, size_t count, struct top_identity *identities,
    struct error *err);

#endif
