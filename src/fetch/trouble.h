#ifndef MAILHAUL_FETCH_TROUBLE_H
#define MAILHAUL_FETCH_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"
#include "state/trouble.h"

struct account;
struct error;
struct log;
struct run_options;

/*
 * The failures of one account in one run: which of them are reported now (report_failures_after), and which the
 * state records. Until trouble_begin has read the state, all are reported.
 */
struct trouble {
	const struct account *account;
	const struct run_options *options;
	int64_t now;
	bool silent;		    /* temporary failures are not reported */
	bool reported;		    /* a failure was reported because it lasts */
	struct state_trouble known; /* this run's failures and earlier ones */
	bool failed;		    /* known includes a failure of this run */
};

/* Reads earlier failures from the state and notes that the run begins, unless this run records none. */
bool trouble_begin(struct trouble *t, struct state *state, struct error *err);

/* Replaces trouble_begin if another run or program holds the state. */
void trouble_without_state(struct trouble *t);

/*
 * Records a failure, and returns whether to report it. If it is reported because it lasts, its hint says for how
 * long it has failed.
 */
bool trouble_is_reported(struct trouble *t, enum step step, struct error *err);

/*
 * Call it at the end of the run. Records the run's failures, or its success if there were none, on stable storage.
 * Logs that the account works again if its failure had been reported. A success after a success writes nothing.
 */
bool trouble_end(struct trouble *t, struct state *state, const struct log *log, struct error *err);

/*
 * Notes how the run ended, if it records failures; state may be NULL. A run that left out messages because of failures
 * has not completed.
 */
void trouble_note_end(const struct trouble *t, struct state *state, bool ok, bool interrupted);

/*
 * Does all of this for an account that failed before its worker started, or with it. Returns whether to report the
 * failure.
 */
bool trouble_alone(const struct account *account, const struct run_options *options, enum step step, struct error *err);

#endif
