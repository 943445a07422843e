#ifndef MAILHAUL_STATE_PLACE_H
#define MAILHAUL_STATE_PLACE_H

#include <stdbool.h>

struct error;
struct state;

/* The place that mail goes to, as the last run that fetched something noted it. */
struct state_place {
	char *mount; /* the topmost directory of its filesystem; NULL: nothing was noted of a place of this name */
	bool behind; /* its label lacks runs that it had, so it was put back from before them, or is another one */
	bool told;   /* and the user was told */
};

/* After state_set_witness. The caller frees mount. */
bool state_get_place(struct state *s, const char *name, struct state_place *place, struct error *err);

/* For state_begin_run, which follows. No run is noted at a place that is behind, so that this shows until it is settled. */
bool state_note_place(struct state *s, const char *name, const struct state_place *place, struct error *err);

/* Both are on stable storage when they return: the user was told; what is there is what shall be there. */
bool state_tell_place(struct state *s, struct error *err);
bool state_settle_place(struct state *s, struct error *err);

#endif
