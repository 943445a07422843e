#ifndef MAILHAUL_STATE_PLACE_H
#define MAILHAUL_STATE_PLACE_H

#include <stdbool.h>

struct error;
struct state;

/* The destination of the mail, as noted by the last run that fetched something. */
struct state_place {
	char *mount; /* the topmost directory of its filesystem; NULL: no place of this name is noted */
	bool behind; /* its label lacks runs that it had: it was restored from an older copy, or is another directory */
	bool reported; /* the user was informed that it is behind */
};

/* Gets the noted place. Call it after state_set_witness. The caller frees mount. */
bool state_get_place(struct state *s, const char *name, struct state_place *place, struct error *err);

/*
 * Notes the place. Call it before state_begin_run. If the place is behind, the run is not noted in its label, so that
 * it stays behind until it is settled.
 */
bool state_note_place(struct state *s, const char *name, const struct state_place *place, struct error *err);

/*
 * state_set_place_reported notes that the user was informed. state_settle_place accepts the mail that is in the place. Both
 * changes are on stable storage when the functions return.
 */
bool state_set_place_reported(struct state *s, struct error *err);
bool state_settle_place(struct state *s, struct error *err);

#endif
