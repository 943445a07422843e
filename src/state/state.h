#ifndef MAILHAUL_STATE_STATE_H
#define MAILHAUL_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state_record;

/*
 * The state of an account: one SQLite file. Failures are ERROR_STORAGE unless documented otherwise. After a failure
 * nothing more is written. A batch that was not committed has no effect.
 */
struct state;

enum state_access {
	STATE_READ,  /* takes no lock; changes affect only a private copy */
	STATE_WRITE, /* creates directory and file if needed, and holds the account's lock until state_close */
};

/*
 * Opens directory/account.db. Sets ERROR_LOCKED if another run holds the account. Sets ERROR_STORAGE with a hint if
 * the file is damaged, foreign or of a newer version.
 */
bool state_open(struct state **out, const char *directory, const char *account, enum state_access access,
    struct error *err);
void state_close(struct state **s);

/*
 * Compares the state with the label of its runs at this directory (state/witness). Call it right after state_open if
 * messages are found in the directory by their names. It makes state_needs_recovery and state_recover_since more
 * accurate.
 */
bool state_set_witness(struct state *s, const char *directory, struct error *err);

/*
 * Returns the key of this state's label at the directory of its mail (base/platform): the account's name, a dot, and a
 * fixed number of digits of its path's digest. NULL before state_set_witness.
 */
const char *state_label(const struct state *s);

/* Returns whether no run is recorded in the state or in the label of the mail's directory. */
bool state_is_new(const struct state *s);

/* Returns whether STATE_WRITE could open the state, as far as can be found out without creating or locking anything. */
bool state_probe(const char *directory, const char *account, struct error *err);

/*
 * Returns whether the destination may hold unrecorded messages. That holds if a run ended early, if there was no run,
 * or if this is not the file that the last run left, so that it may be older than the mail (state/stamp).
 */
bool state_needs_recovery(const struct state *s);

/* Returns a time in seconds since the epoch. All messages delivered before it are recorded. */
int64_t state_recover_since(const struct state *s);

/* Returns when the first unfinished run began, in seconds since the epoch; 0: there is none. */
int64_t state_died_since(const struct state *s);

/* Returns the version of the library at run time, for --version. */
const char *state_library_version(void);

/* Returns the latest time that a run has recorded; 0: there was no run. */
int64_t state_last_seen(const struct state *s);

/* Notes on stable storage that a run begins. Until state_end_run, a crash requires recovery. */
bool state_begin_run(struct state *s, int64_t now, struct error *err);

/* Notes that the run is over and left nothing unfinished. Also updates the time of state_last_seen. */
bool state_end_run(struct state *s, int64_t now, struct error *err);

/* Records a message. state_commit writes all changes since the last commit to stable storage at once. */
bool state_add(struct state *s, const struct state_record *record, struct error *err);
bool state_commit(struct state *s, struct error *err);

/* Drops the changes that were not committed. */
void state_rollback(struct state *s);

#endif
