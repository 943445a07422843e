#ifndef MAILHAUL_UI_REPORT_H
#define MAILHAUL_UI_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

struct error;
struct outcome;

/*
 * What a run tells in words: failures and log lines on standard error, one line each, with the
 * account's name; summaries and what was asked for on standard output.
 */
struct report {
	enum log_level level;
	bool summaries; /* a line an account at its end */
};

/* "mailhaul: work: login: CAUSE (server: "WORDS"); MEND". account and step may be NULL. */
void report_error(const char *account, const char *step, const struct error *err);

void report_log(const struct report *r, const char *account, enum log_level level, const char *text);
void report_say(const char *account, const char *text);

/* The account's end: its failure, or its summary where that is wanted. */
void report_outcome(const struct report *r, const char *account, const struct outcome *outcome);

#endif
