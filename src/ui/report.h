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

/*
 * What a run tells in words: failures and log lines, one line each, with the account's name, where the
 * configuration wants them; summaries and what was asked for on standard output.
 */
struct report {
	enum log_level level;
	struct log_target *target; /* NULL: standard error */
	bool summaries; /* a line an account at its end */
};

/*
 * "mailhaul: work: login: CAUSE (the server said: WORDS); MEND" on standard error, for what goes wrong outside of an
 * account's run. account and step may be NULL. report_line: the same with words that are there already.
 */
void report_error(const char *account, enum step step, const struct error *err);
void report_line(const char *line);

/* A failure in an account's run. silent: only a log that can be read later gets it. */
void report_problem(const struct report *r, const char *account, enum step step, const struct error *err, bool silent);

void report_log(const struct report *r, const char *account, enum log_level level, const char *text);

enum { REPORT_SIZE_TEXT = 32 };

/* "812 B", "4.1 kB", "3.2 MB", "1.9 GB". */
void report_size(uint64_t octets, char out[REPORT_SIZE_TEXT]);

/* A path, with "~" for the home directory, escaped. */
void report_path(const char *path, char *out, size_t size);

/* The account's end: its failure, or its summary where that is wanted. */
void report_outcome(const struct report *r, const struct account *account, const struct outcome *outcome);

/* SIGINT or SIGTERM has come, and there is something to finish. */
void report_interrupted(void);

#endif
