#ifndef MAILHAUL_STATE_STATE_H
#define MAILHAUL_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state_record;

/*
 * What an account knows: one SQLite file. Failures are ERROR_STORAGE unless said otherwise; after
 * one nothing more is written. A batch that was not committed did not happen.
 */
struct state;

enum state_access {
	STATE_READ,  /* a look: takes no lock; all that changes is a private copy */
	STATE_WRITE, /* makes directory and file if needed and holds the account's lock until state_close */
};

/*
 * Opens directory/account.db. ERROR_LOCKED when another run holds the account; ERROR_STORAGE with a
 * hint when the file is damaged, foreign or of a newer version.
 */
bool state_open(struct state **out, const char *directory, const char *account, enum state_access access,
    struct error *err);
void state_close(struct state **s);

/*
 * Right after state_open, where messages are found in this directory by their names (state/witness): compares the
 * state with what is kept there of its runs, which tells state_needs_recovery and state_recover_since more.
 */
bool state_set_witness(struct state *s, const char *directory, struct error *err);

/*
 * The key of the label that this state leaves at the directory of its mail (base/platform): the account's name, a dot, and
 * a few digits of its path's digest, always as many. NULL before state_set_witness.
 */
const char *state_label(const struct state *s);

/* Whether no run is recorded, and the mail's directory knows of none of this state. */
bool state_is_new(const struct state *s);

/* Whether STATE_WRITE could open it, as far as that can be told without making or locking anything. */
bool state_probe(const char *directory, const char *account, struct error *err);

/*
 * A run ended in the middle, or there was none, or this is not the file that the last run left,
 * which may be older than the mail (state/stamp): the destination may hold what is not
 * recorded.
 */
bool state_needs_recovery(const struct state *s);

/* Nothing that was delivered before this is missing from the records; in seconds since the epoch.
 */
int64_t state_recover_since(const struct state *s);

/* When the first run began that has not ended, in seconds since the epoch; 0 when there was none. */
int64_t state_died_since(const struct state *s);

/* The version of the library that runs, for --version. */
const char *state_library_version(void);

/* The latest time that a run has recorded; 0 when there was none. */
int64_t state_last_seen(const struct state *s);

/* On stable storage when it returns: from now on, until state_end_run, a crash calls for recovery. */
bool state_begin_run(struct state *s, int64_t now, struct error *err);

/* The run is over and nothing is left in the middle. Also sets what state_last_seen gives. */
bool state_end_run(struct state *s, int64_t now, struct error *err);

/* Records messages; state_commit puts all since the last one on stable storage in one go. */
bool state_add(struct state *s, const struct state_record *record, struct error *err);
bool state_commit(struct state *s, struct error *err);

/* Drops what was changed and not committed. */
void state_rollback(struct state *s);

#endif
