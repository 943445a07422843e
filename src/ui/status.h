#ifndef MAILHAUL_UI_STATUS_H
#define MAILHAUL_UI_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/retention.h"
#include "state/summary.h"
#include "state/trouble.h"

/* An account at a glance. Points in time are seconds since the epoch. */
struct status {
	const char *account;
	int64_t now;
	struct state_summary summary;
	struct state_trouble trouble; /* .since 0: the last run was a success, or there was none */
	enum retention_mode mode;
	bool clock_is_behind; /* so nothing is deleted by age */
	uint64_t due;	      /* messages that the next run deletes */
	uint64_t later;	      /* messages that become due later, */
	int64_t next;	      /* the first of them then, */
	uint64_t next_day;    /* and so many within a day from then */
};

/* On standard output: a few lines, or a line of JSON (man/mailhaul-json.5). */
void status_print(const struct status *s);
void status_json(const struct status *s);

#endif
