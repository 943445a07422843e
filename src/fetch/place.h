#ifndef MAILHAUL_FETCH_PLACE_H
#define MAILHAUL_FETCH_PLACE_H

#include <stdbool.h>

#include "state/place.h"

struct account;
struct destination_settings;
struct error;

/* An account's destination, compared with what the state records about it. {0}: nothing is known. */
struct place {
	char *name; /* its name in the state: "maildir:PATH"; NULL for a command */
	struct state_place noted;
};

/*
 * Call it right after state_open, before anything is created at the destination. ERROR_STORAGE if mail was
 * delivered there before and the destination is gone. Its disk may not be mounted, and would later hide what was
 * created instead.
 */
bool place_examine(struct place *p, struct state *state, const struct account *account, struct error *err);

/* Finds the same failure, and nothing else. It never changes the state. */
bool place_is_there(struct state *state, const struct account *account, struct error *err);

/* Sets the state's label, and whether the directories beside the destination may hold messages of ours. */
void place_settings(const struct state *state, struct destination_settings *settings);

/*
 * Whether the destination is older than the state, or another one, so that recorded messages may be missing from
 * it. *err says so.
 */
bool place_is_behind(const struct place *p, const struct account *account, struct error *err);

/* Call it before state_begin_run. */
bool place_note(const struct place *p, struct state *state, const struct account *account, struct error *err);

void place_free(struct place *p);

#endif
