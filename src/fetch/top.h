#ifndef MAILHAUL_FETCH_TOP_H
#define MAILHAUL_FETCH_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "policy/core.h"
#include "policy/evidence.h"
#include "state/record.h"

struct error;
struct header_fields;
struct session;

enum {
	TOP_BROKEN_MOST = 8,
	TOP_MEMORY = 256 * 1024 * 1024,	     /* maximum bytes for messages that are identified at a time */
	TOP_OCTETS_MOST = 256 * 1024 * 1024, /* longest answer; a longer one ends the session */
};

/* A message, and what TOP showed about it. */
struct top_identity {
	uint32_t number;	      /* of the message; set by the caller, as are the following */
	uint64_t octets;	      /* by LIST */
	const char *uid;	      /* "" if it has no UID */
	struct header_fields *fields; /* NULL, or started by the caller; receives the header */
	bool whole;	  /* set by the caller: use RETR instead of TOP, for all or none of the messages in one call */
	bool cored;	  /* set by the caller: make its core, which is complete if `whole` */
	bool skip;	  /* set by the caller: do not ask for it; its header remains unknown */
	bool known;	  /* the server gave its header */
	bool identifying; /* the header identifies the message: no other message has it by chance */
	unsigned char header[DIGEST_SHORT];	  /* with peek: of the header and the first lines */
	unsigned char header_alone[DIGEST_SHORT]; /* with peek: of the header alone */
	struct state_digests digests;		  /* if whole */
	struct core core;			  /* if cored */
	struct evidence_sizes sizes;		  /* if whole */
};

/* Returns how many messages can be identified at a time. top_has_room sets ERROR_PROTOCOL if `count` is larger. */
size_t top_most(void);
bool top_has_room(size_t count, struct error *err);

/* Messages for which TOP made earlier sessions of this run fail. */
struct top_broken {
	size_t count;
	struct {
		uint32_t number;
		uint64_t octets;
	} messages[TOP_BROKEN_MOST];
};

/* Whether the message is among them; broken may be NULL. */
bool top_is_broken(const struct top_broken *broken, uint32_t number, uint64_t octets);

/*
 * Asks for the messages with TOP; with peek, also for some lines of the body. It sends as many commands at a time
 * as the server accepts. A refused TOP is not a failure; a server that does not announce TOP and refuses the first
 * one is not asked again. Ends with a question that checks whether the answers were in sync: ERROR_PROTOCOL
 * otherwise.
 */
bool top_identify(struct session *s, struct top_identity *identities, size_t count, bool peek, struct error *err);

#endif
