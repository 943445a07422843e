#ifndef MAILHAUL_UI_RUN_JSON_H
#define MAILHAUL_UI_RUN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/step.h"

struct error;
struct outcome;

/* The JSON output of a run (man/mailhaul-json.5): objects during the run, and their totals. {0} is an empty run. */
struct run_json {
	/*
	 * The number of accounts that have ended: all of them, those without a failure, and those with only part of
	 * the work done.
	 */
	size_t accounts, whole, partial;
	uint64_t fetched, octets, deleted;
};

/* Write lines to standard output. problems: failures of this account were reported before its end. */
void run_json_log(const char *account, enum log_level level, const char *text);
void run_json_problem(const char *account, enum step step, const struct error *err, int exit_code);
void run_json_account(struct run_json *r, const char *account, const struct outcome *outcome, bool problems,
    int exit_code);
void run_json_summary(const struct run_json *r, int64_t milliseconds, int exit_code);

#endif
