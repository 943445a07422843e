#ifndef MAILHAUL_FETCH_TOP_H
#define MAILHAUL_FETCH_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct header_fields;
struct session;

enum {
	TOP_BROKEN_MOST = 8,
	TOP_OCTETS_MOST = 256 * 1024 * 1024, /* of an answer; a longer one ends the session */
};

/* A message, and what TOP told of it. */
struct top_identity {
	uint32_t number;   /* of which; set by the caller, like what follows */
	uint64_t octets;   /* by LIST */
	const char *uid;   /* "" without one */
	struct header_fields *fields; /* NULL, or started: gets the header */
	bool whole;   /* set by the caller: RETR brings the header instead of TOP, for all or none of those that are asked for */
	bool skip;    /* set by the caller: it is not asked for, and not known */
	bool known;   /* the server gave its header */
	bool telling; /* no other message has the same header by chance */
	unsigned char header[DIGEST_SHORT]; /* with peek: of header and first lines */
	unsigned char sha256[DIGEST_SIZE]; /* where it is whole: as in struct state_record */
};

/* Messages at which earlier sessions of this run broke when TOP was asked for. */
struct top_broken {
	size_t count;
	struct {
		uint32_t number;
		uint64_t octets;
	} messages[TOP_BROKEN_MOST];
};

/* Whether that one is among them; broken may be NULL. */
bool top_is_broken(const struct top_broken *broken, uint32_t number, uint64_t octets);

/*
 * Asks for the messages with TOP, with peek for some lines of the body, too; as many in flight as the
 * server takes. A refused TOP is no failure; a server that does not announce it and refuses the first
 * one is not asked again. Ends with a question whether the answers were in step: ERROR_PROTOCOL otherwise.
 */
bool top_identify(struct session *s, struct top_identity *identities, size_t count, bool peek, struct error *err);

#endif
