#ifndef MAILHAUL_UI_CHECK_REPORT_H
#define MAILHAUL_UI_CHECK_REPORT_H

#include <stdbool.h>

struct check_result;

/*
 * Prints the result of a check as text on standard output: a summary or, if full, all facts. Facts that were not
 * reported are omitted.
 */
void check_report(const struct check_result *r, bool colors, bool full);

/* Prints the failures on standard error in the format of a run. */
void check_report_problems(const struct check_result *r);

#endif
