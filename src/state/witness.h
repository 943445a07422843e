#ifndef MAILHAUL_STATE_STATE_WITNESS_H
#define MAILHAUL_STATE_STATE_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/private.h"

/*
 * The last runs that fetched something, with their numbers in the state and the times they began. They are stored as a
 * label (base/platform) of the directory of the mail.
 *
 * The filesystem of the state may be rolled back to a snapshot, and nothing in the state then shows its age. The mail
 * is often on another filesystem. If the clock was wrong at the state's last record, the label also shows since when
 * the state may lack messages. Conversely, the mail may be older than the state (state_place).
 *
 * The label reaches stable storage with its directory. These functions do not fail: an unreadable or damaged label
 * counts as none. ext4 has about 4,000 bytes for the labels of all accounts that share the directory.
 */
enum { STATE_WITNESS_RUNS = 12 };

struct state_witness {
	char *directory, *key; /* NULL: there is no label */
	size_t count;
	struct {
		int64_t number, began;
	} runs[STATE_WITNESS_RUNS]; /* sorted by number */
};

/* Reads the label of this state, identified by its path, and account from the directory of the mail. */
void state_witness_read(struct state_witness *w, const char *directory, const char *account, const char *state_path);

/* Returns when the first run after the one with this number began, in seconds since the epoch; 0: there is none. */
int64_t state_witness_after(const struct state_witness *w, int64_t number);

/*
 * Notes that a run begins. Runs with this number or a greater one belong to a state that was replaced. The earliest of
 * their times is kept for this run, because the older state may be restored again. Returns false if the label could
 * not be written.
 */
bool state_witness_note(struct state_witness *w, int64_t number, int64_t began);

/* Returns the number of the last run; 0: unknown. */
int64_t state_witness_last(const struct state_witness *w);

void state_witness_free(struct state_witness *w);

#endif
