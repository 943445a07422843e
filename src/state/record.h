#ifndef MAILHAUL_STATE_RECORD_H
#define MAILHAUL_STATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct core;

#define STATE_UNSIZED UINT64_MAX

/* Why a delivered message must stay on the server until the doubt is settled. */
enum state_doubt {
	STATE_SURE,
	STATE_DOUBT_SIZE,     /* its size differed from the server's (policy/evidence.h) */
	STATE_DOUBT_IDENTITY, /* it may not be the message that was asked for: check its header (TOP) */
	STATE_DOUBT_CONTENT,  /* its size differs, and its content allows no excuse by others (evidence_is_suspect) */
	STATE_DOUBT_FOREIGN,  /* another program may have delivered it; its content was not compared (state/foreign) */
	/* Another program may have delivered or changed it, and its copy is not the same as the server's message. */
	STATE_DOUBT_FIELDS,
	/* It was found in the destination with another size than the server's, and was not compared yet. */
	STATE_DOUBT_FOUND,
};

/* Returns whether a message is in doubt because of the sizes that the server gave for it. */
static inline bool state_doubts_size(enum state_doubt doubt)
{
	return doubt == STATE_DOUBT_SIZE || doubt == STATE_DOUBT_CONTENT;
}

/* Returns whether a message stays on the server for as long as it is in doubt. */
static inline bool state_is_held(enum state_doubt doubt)
{
	return doubt != STATE_SURE && doubt != STATE_DOUBT_IDENTITY;
}

/*
 * Returns whether a message is retrieved again if the server gives another size than the recorded one. It is stored
 * again only if its text is another one than the delivered text.
 */
static inline bool state_is_retried(enum state_doubt doubt)
{
	return state_doubts_size(doubt) || doubt == STATE_DOUBT_FOUND;
}

/* The digests of a message as in struct state_record. Without fields that mail programs write, both are equal. */
struct state_digests {
	unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE];
};

/* The record of a delivered message. */
struct state_record {
	const char *uid;
	uint64_t octets; /* octets as delivered */
	uint64_t wire;	 /* octets as the server sent it */
	uint64_t listed; /* octets by LIST */
	uint64_t said;	 /* octets by RETR's +OK; STATE_UNSIZED: none given */
	uint64_t dots;	 /* dots stuffed into it */
	enum state_doubt doubt;
	/* The members identifying, own_header, held, excused, fields and lf are not stored. */
	bool identifying; /* no other message has the same header by chance */
	bool own_header;  /* its UID was made from its own header and first lines */
	bool held;	  /* later messages decide whether it is the one that was asked for */
	bool excused;	  /* other messages have excused its size so far, so the doubt is not reported yet */
	bool fields;	  /* its size without some header fields is the size by LIST */
	uint64_t lf;	  /* octets as the server sent it, with LF for each line end */
	/* Set if another program may have delivered it (state/foreign): its core, and the core's size with CRLF. */
	const struct core *core;
	uint64_t core_octets;
	int64_t delivered;		    /* seconds since the epoch */
	unsigned char sha256[DIGEST_SIZE];  /* digest of the delivered message */
	unsigned char header[DIGEST_SHORT]; /* digest of the header (policy/header) */
	bool marked;			    /* it came with fields that mail programs write (policy/marks) */
	unsigned char bare[DIGEST_SIZE];    /* if marked: digest of the delivered message without these fields */
};

#endif
