#ifndef MAILHAUL_FETCH_LEARN_H
#define MAILHAUL_FETCH_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"

struct account;
struct connection;
struct destination;
struct error;
struct listing;
struct log;
struct plan;
struct state;

/* What learn works with; all of it belongs to the caller. */
struct learning {
	const struct account *account;
	struct state *state;
	struct connection *connection;
	const struct destination *destination; /* NULL where nothing will be delivered */
	struct listing *listing;	       /* an empty one, or as listing_read left it */
	struct plan *plan;		       /* an empty one */
	bool all_deleted;		       /* what this run fetches is deleted */
	int64_t now;			       /* seconds since the epoch */
	int64_t certificate_ends;	       /* the same; 0: not known */
	const struct log *log;
};

/*
 * What the listing changes in what is known: UIDs that are gone, back, of another maildrop, or new for
 * known messages. All of it or nothing is recorded; a look does it to its copy of the state. Makes a plan
 * with an entry for every message, of which nothing is decided yet.
 */
bool learn(const struct learning *l, struct error *err);

/*
 * Lists first, and reads what is recorded while the server makes the listing. deletes: this run may delete messages
 * that were delivered before, so that each of their sizes has to be what it was. *step: what is being done.
 */
bool learn_from_server(const struct learning *l, bool deletes, enum step *step, struct error *err);

#endif
