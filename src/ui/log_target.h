#ifndef MAILHAUL_UI_LOG_TARGET_H
#define MAILHAUL_UI_LOG_TARGET_H

#include <stdbool.h>

#include "config/log_place.h"

struct error;

/*
 * Where the lines of a run go: standard error, the system's log, or a file. A line is one line, escaped, without
 * "mailhaul: ". Priorities are those of syslog(3).
 */
struct log_target {
	enum log_place place;
	const char *path; /* of the file; the caller's */
	int fd;		  /* of the file, or -1 */
	bool failing;	  /* that the file cannot be written was told */
};

/*
 * ERROR_STORAGE with a hint when it cannot be used; lines go to standard error then, so that none is lost. To be
 * closed either way.
 */
bool log_target_open(struct log_target *t, enum log_place place, const char *path, struct error *err);
void log_target_close(struct log_target *t);

/*
 * t may be NULL: standard error, which gets the line as well when it is a terminal or the file cannot be written. A file
 * that was renamed or removed since the last line is made anew.
 */
void log_target_write(struct log_target *t, int priority, const char *line);

/* The same, but never to standard error: for what nobody is to be told now. False when the line is not kept. */
bool log_target_keep(struct log_target *t, int priority, const char *line);

/* Whether there is a log beside standard error. */
bool log_target_is_kept(const struct log_target *t);

/* A line on standard error; with its priority for systemd's journal, where that is what standard error is. */
void log_target_write_stderr(int priority, const char *line);

#endif
