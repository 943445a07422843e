#ifndef MAILHAUL_STATE_STATE_WITNESS_H
#define MAILHAUL_STATE_STATE_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/private.h"

/*
 * What is kept as a label (base/platform) of the directory that the mail is in, about the last runs that fetched
 * something: their numbers in the state and when they began. A filesystem that holds the state may be rolled back to a
 * snapshot, which leaves nothing in it that shows its age; the mail is often on another one. Also, when the clock was
 * wrong at the state's last record, this says since when messages may be in place that it lacks. And the other way
 * round, the mail may be older than the state (state_place). It is on stable storage with the directory it belongs to.
 * None of these fails; what cannot be read or is damaged says nothing. ext4 has about 4,000 octets for the labels of
 * all accounts that share the directory.
 */
enum { STATE_WITNESS_RUNS = 12 };

struct state_witness {
	char *directory, *key; /* NULL: there is none */
	size_t count;
	struct {
		int64_t number, began;
	} runs[STATE_WITNESS_RUNS]; /* by number */
};

/* Reads the one of this state, by its path, and account from the directory that the mail is in. */
void state_witness_read(struct state_witness *w, const char *directory, const char *account, const char *state_path);

/* When the first run began that came after the one with this number, in seconds since the epoch; 0: none did. */
int64_t state_witness_after(const struct state_witness *w, int64_t number);

/*
 * Notes that a run begins. Runs with this number and greater ones were those of a state that was replaced: the first
 * of their times is kept in its place, because the older state may be put back again. False: it could not be written.
 */
bool state_witness_note(struct state_witness *w, int64_t number, int64_t began);

/* The number of the last run; 0: none is known. */
int64_t state_witness_last(const struct state_witness *w);

void state_witness_free(struct state_witness *w);

#endif
