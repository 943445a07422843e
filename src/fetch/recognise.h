#ifndef MAILHAUL_FETCH_RECOGNISE_H
#define MAILHAUL_FETCH_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct destination;
struct error;
struct log;
struct plan;
struct session;
struct state;
struct top_broken;

/* What recognise works with; all of it belongs to the caller. */
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

/*
 * Finds out which messages of the plan were delivered although the state does not know their UIDs, or
 * not for sure, and marks them: those that were found in place after a crash, by their identity there;
 * those whose UID was gone or that have another size than before, by their header (TOP); and when
 * known messages are missing, those that have the header and size of one of them. A message whose
 * header proves nothing is not taken for another. state_commit makes all of it last.
 */
bool recognise(const struct recognition *r, struct error *err);

#endif
