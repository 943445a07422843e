#ifndef MAILHAUL_FETCH_RECOGNITION_H
#define MAILHAUL_FETCH_RECOGNITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct destination;
struct log;
struct plan;
struct session;
struct state;
struct top_broken;

/* What recognize works with; all of it belongs to the caller. */
struct recognition {
	struct state *state;
	struct session *session;
	const struct destination *destination; /* NULL in a dry run */
	struct plan *plan;
	size_t missing; /* messages that are known and not listed */
	uint64_t max_octets; /* of a message that is retrieved; 0: no limit */
	bool other;	/* the maildrop is another than before: ERROR_CONFIG without TOP */
	bool moved;	/* none of the listed messages is known for certain, so all may have new UIDs */
	bool must;	/* nothing but the header can tell, so a message without one is left alone */
	const struct top_broken *broken; /* messages that are left alone, or NULL */
	int64_t now;	/* seconds since the epoch */
	const struct log *log;
};

#endif
