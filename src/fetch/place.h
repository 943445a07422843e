#ifndef MAILHAUL_FETCH_PLACE_H
#define MAILHAUL_FETCH_PLACE_H

#include <stdbool.h>

#include "state/place.h"

struct account;
struct destination_settings;
struct error;

/* Where an account's mail goes, held against what its state knows of that place. {0}: nothing is known. */
struct place {
	char *name; /* for the state: "maildir:PATH"; NULL: a command */
	struct state_place noted;
};

/*
 * Right after state_open, before anything is made there. ERROR_STORAGE when mail went to this place and it is gone: its
 * disk is not mounted, and what would be made instead would be hidden by it later.
 */
bool place_examine(struct place *p, struct state *state, const struct account *account, struct error *err);

/* What a destination has to know of it: the state's label, and whether the directories beside it may hold messages of ours. */
void place_settings(const struct state *state, struct destination_settings *settings);

/*
 * Whether what is there is older than the state, or another one, so that messages that are recorded may not be in it. Says
 * so in *err unless that was told before.
 */
bool place_is_behind(const struct place *p, const struct account *account, struct error *err);

/* For state_begin_run, which follows. */
bool place_note(const struct place *p, struct state *state, const struct account *account, struct error *err);

void place_free(struct place *p);

#endif
