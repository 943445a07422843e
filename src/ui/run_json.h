#ifndef MAILHAUL_UI_RUN_JSON_H
#define MAILHAUL_UI_RUN_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/step.h"

struct error;
struct outcome;

/* A run as JSON (man/mailhaul-json.5): objects while it goes on, and what they add up to. {0} is a run without any. */
struct run_json {
	size_t accounts, whole, partial; /* that have ended: in all, without a failure, with some of it done */
	uint64_t fetched, octets, deleted;
};

/* Lines on standard output. problems: failures of this account that were told before its end. */
void run_json_log(const char *account, enum log_level level, const char *text);
void run_json_problem(const char *account, enum step step, const struct error *err, int exit_code);
void run_json_account(struct run_json *r, const char *account, const struct outcome *outcome, bool problems, int exit_code);
void run_json_summary(const struct run_json *r, int64_t milliseconds, int exit_code);

#endif
