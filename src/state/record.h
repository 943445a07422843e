#ifndef MAILHAUL_STATE_RECORD_H
#define MAILHAUL_STATE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

#define STATE_UNSIZED UINT64_MAX

/* Why a delivered message is never deleted from the server before the doubt is settled. */
enum state_doubt {
	STATE_SURE,
	STATE_DOUBT_SIZE,     /* it came with another size than the server gave (policy/evidence.h) */
	STATE_DOUBT_IDENTITY, /* it may be another message than the one that was asked for: its header tells (TOP) */
	STATE_DOUBT_CONTENT,  /* as for its size, and by its content no other message can excuse it (evidence_is_suspect) */
};

/* Whether a message is in doubt because of the sizes that the server gave for it. */
static inline bool state_doubts_size(enum state_doubt doubt)
{
	return doubt == STATE_DOUBT_SIZE || doubt == STATE_DOUBT_CONTENT;
}

/* What is kept of a delivered message. */
struct state_record {
	const char *uid;
	uint64_t octets; /* as delivered */
	uint64_t wire;	 /* as the server sent it */
	uint64_t listed; /* as LIST said */
	uint64_t said;	 /* as RETR's +OK said; STATE_UNSIZED: nothing */
	uint64_t dots;	 /* that were stuffed into it */
	enum state_doubt doubt;
	/* Not recorded: */
	bool telling; /* no other message has the same header by chance */
	bool held;    /* whether it is the message that was asked for shows when all of them are here */
	bool excused; /* its size was excused by those of other messages so far, so that the doubt is not reported yet */
	bool fields;  /* without fields at the edge of its header it has its size by LIST */
	uint64_t lf;  /* octets as the server sent it, with LF for each line end */
	int64_t delivered; /* seconds since the epoch */
	unsigned char sha256[DIGEST_SIZE]; /* of what was delivered */
	unsigned char header[DIGEST_SHORT]; /* policy/header */
};

#endif
