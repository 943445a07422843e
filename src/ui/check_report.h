#ifndef MAILHAUL_UI_CHECK_REPORT_H
#define MAILHAUL_UI_CHECK_REPORT_H

#include <stdbool.h>

struct check_result;

/* What a check told, for people, on standard output: what was not learnt is left out. */
void check_report(const struct check_result *r, bool colors);

/* The failures, on standard error, each as a run tells it. */
void check_report_problems(const struct check_result *r);

#endif
