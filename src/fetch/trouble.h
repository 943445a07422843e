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
 * The failures of one account in one run: which of them are told now (report_failures_after), and what the state
 * keeps of them. Until trouble_begin has asked the state, all are told.
 */
struct trouble {
	const struct account *account;
	const struct run_options *options;
	int64_t now;
	bool silent;   /* temporary failures are not told */
	bool reported; /* one was, because it lasts */
	struct state_trouble known; /* of this run's failures and those before */
	bool failed;		    /* known has one of this run */
};

/* Asks the state what happened before; a run that notes nothing does not. */
bool trouble_begin(struct trouble *t, struct state *state, struct error *err);

/* In the place of trouble_begin where another run or program holds the state. */
void trouble_without_state(struct trouble *t);

/* A failure: notes it, and says whether it is told. One that is told because it lasts gets words on that. */
bool trouble_is_told(struct trouble *t, enum step step, struct error *err);

/*
 * The run is over; ok: as a success unless a failure was noted. Puts what is to be known on stable storage, and logs
 * that the account works again if it was told that it did not. Writes nothing after one success that follows another.
 */
bool trouble_end(struct trouble *t, struct state *state, const struct log *log, struct error *err);

/* All of this for an account that failed before it had a worker, or with it. Returns whether the failure is told. */
bool trouble_alone(const struct account *account, const struct run_options *options, enum step step, struct error *err);

#endif
