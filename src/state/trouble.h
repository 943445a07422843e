#ifndef MAILHAUL_STATE_TROUBLE_H
#define MAILHAUL_STATE_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"

struct error;
struct state;

/* The failures of an account. Times are seconds since the epoch. */
struct state_trouble {
	int64_t since;	  /* first failure since the last success; 0: the last run succeeded, or there was none */
	int64_t at;	  /* the last failure */
	int64_t reported; /* when report_failures_after last reported it; 0: not yet */
	enum step step;
	char cause[512], server[512]; /* cause and server of struct error */
};

bool state_get_trouble(struct state *s, struct state_trouble *trouble, struct error *err);

/* Both changes are on stable storage when the functions return. */
bool state_set_trouble(struct state *s, const struct state_trouble *trouble, struct error *err);
bool state_end_trouble(struct state *s, struct error *err);

/* Returns when a run of the account last finished, without opening its state; 0: unknown. */
int64_t state_last_end(const char *directory, const char *account);

#endif
