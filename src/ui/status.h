#ifndef MAILHAUL_UI_STATUS_H
#define MAILHAUL_UI_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/retention.h"
#include "state/summary.h"
#include "state/trouble.h"

struct account;

/* What is wrong with an account, the most important first. */
enum status_verdict {
	STATUS_OK,
	STATUS_FAILING,	    /* the last run failed */
	STATUS_KILLED,	    /* the last run ended without a word */
	STATUS_INTERRUPTED, /* the user ended the last run early */
	STATUS_NEVER,	    /* no run has completed */
	STATUS_OLD,	    /* no run has completed lately */
};

/* The status of an account. Times are seconds since the epoch. */
struct status {
	const struct account *account;
	enum status_verdict verdict;
	int64_t now;
	struct state_summary summary;
	struct state_trouble trouble; /* .since is 0 if the last run succeeded or there was no run */
	enum retention_mode mode;
	bool clock_is_behind; /* nothing is deleted by age */
	uint64_t due;	      /* messages that the next run deletes */
	uint64_t later;	      /* messages that become due later */
	int64_t next;	      /* when the first of the later messages becomes due */
	uint64_t next_day;    /* later messages that become due within a day after `next` */
};

/*
 * Print the status on standard output: as one line, as a few lines with all details, or as a line of JSON
 * (man/mailhaul-json.5).
 */
void status_line(const struct status *s);
void status_print(const struct status *s);
void status_json(const struct status *s);

#endif
