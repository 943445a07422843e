#ifndef MAILHAUL_UI_REPORT_H
#define MAILHAUL_UI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/step.h"

struct account;
struct error;
struct log_target;
struct outcome;
struct problems;

/*
 * The text output of a run. Failures and log lines, one line each with the account's name, go where the configuration
 * says. Summaries and requested output go to standard output.
 */
struct report {
	enum log_level level;
	struct log_target *target; /* NULL: standard error */
	bool summaries;		   /* print one line per account at its end */
};

/*
 * report_error writes "mailhaul: work: login: CAUSE (server said: "WORDS"); HINT" to standard error, for failures outside
 * an account's run. account and step may be missing (NULL, STEP_NONE). report_line writes a line that is already
 * complete.
 */
void report_error(const char *account, enum step step, const struct error *err);
void report_line(const char *line);

/*
 * Writes the errors or warnings of a configuration, each with the text of the file that it is about, if there is one. If
 * there are more than a hundred, the rest is only counted.
 */
void report_configuration(const struct problems *problems, bool warnings);

/* Reports a failure in an account's run. silent: write it only to a log other than standard error. */
void report_problem(const struct report *r, const char *account, enum step step, const struct error *err, bool silent);

/* Reports a log line of an account if the level of the report includes it. */
void report_log(const struct report *r, const char *account, enum log_level level, const char *text);

enum { REPORT_SIZE_TEXT = 32 };

/* Formats a size: "812 B", "4.1 kB", "3.2 MB", "1.9 GB". */
void report_size(uint64_t octets, char out[REPORT_SIZE_TEXT]);

/* Formats a path with "~" for the home directory, escaped. */
void report_path(const char *path, char *out, size_t size);

/* Reports the end of an account: its failure, and its summary if wanted. */
void report_outcome(const struct report *r, const struct account *account, const struct outcome *outcome);

/* Reports that SIGINT or SIGTERM has arrived and that work in progress is being finished. */
void report_interrupted(void);

#endif
