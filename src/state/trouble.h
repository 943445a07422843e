#ifndef MAILHAUL_STATE_TROUBLE_H
#define MAILHAUL_STATE_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"

struct error;
struct state;

/* An account that fails: since when, and its last failure. Points in time are seconds since the epoch. */
struct state_trouble {
	int64_t since; /* the first failure after the last success; 0: the last run was a success, or there was none */
	int64_t at;    /* the last one */
	int64_t told;  /* when report_failures_after had it told the last time; 0: not yet */
	enum step step;
	char cause[512], server[512]; /* as in struct error */
};

bool state_get_trouble(struct state *s, struct state_trouble *trouble, struct error *err);

/* Both are on stable storage when they return. */
bool state_set_trouble(struct state *s, const struct state_trouble *trouble, struct error *err);
bool state_end_trouble(struct state *s, struct error *err);

/* When a run of the account came to its end the last time, without opening its state; 0: unknown. */
int64_t state_last_end(const char *directory, const char *account);

#endif
