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

/* The arguments of learn; all of them belong to the caller. */
struct learning {
	const struct account *account;
	struct state *state;
	struct connection *connection;
	const struct destination *destination; /* NULL if nothing will be delivered */
	struct listing *listing;	       /* empty, or as listing_read left it */
	struct plan *plan;		       /* empty */
	bool all_deleted;		       /* messages that this run fetches are deleted */
	int64_t now;			       /* seconds since the epoch */
	int64_t certificate_ends;	       /* seconds since the epoch; 0: not known */
	const struct log *log;
};

/*
 * Applies the listing to the state: UIDs that are gone, that are back, that belong to another maildrop, or that are
 * new for known messages. Records all of it or nothing; a dry run changes only its copy of the state. Makes a plan
 * with an entry for every message, with no decisions yet.
 */
bool learn(const struct learning *l, struct error *err);

/*
 * Requests the listing first, and reads the state while the server produces it. deletes: this run may delete
 * messages that were delivered earlier, so their sizes have to be unchanged. *step: the current step.
 */
bool learn_from_server(const struct learning *l, bool deletes, enum step *step, struct error *err);

#endif
