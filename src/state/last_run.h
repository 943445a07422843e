#ifndef MAILHAUL_STATE_LAST_RUN_H
#define MAILHAUL_STATE_LAST_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/* How far the last run came. Only STATE_RUN_COMPLETED is a success. */
enum state_result {
	STATE_RUN_UNKNOWN, /* no run, or none since an older version */
	STATE_RUN_BEGUN,   /* it is in progress or, if nothing holds the lock, was killed */
	STATE_RUN_COMPLETED,
	STATE_RUN_FAILED,
	STATE_RUN_INTERRUPTED,
};

/* The note about the last run in the lock file, where a run without changes leaves it. Times are in seconds since 1970. */
struct state_last_run {
	enum state_result result;
	int64_t began;	 /* when the last run began; 0: unknown */
	int64_t success; /* when the last completed run began; 0: none has */
};

/*
 * Notes that a run begins or how it ended, without a sync. `now` is when it began. Only a run that holds the state for
 * writing may call it. Sets ERROR_STORAGE only if the state cannot be read.
 */
bool state_note_run(struct state *s, enum state_result result, int64_t now, struct error *err);

/*
 * Gets the note, and when the last completed run began; 0: none has. Without a note, the end of the last run counts,
 * because an older version did not distinguish interrupted runs.
 */
bool state_get_success(struct state *s, struct state_last_run *last, int64_t *when, struct error *err);

/* Gets the note. A note that is missing or was not written by this version is STATE_RUN_UNKNOWN. */
void state_get_last_run(struct state *s, struct state_last_run *last);

#endif
