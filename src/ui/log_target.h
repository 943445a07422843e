#ifndef MAILHAUL_UI_LOG_TARGET_H
#define MAILHAUL_UI_LOG_TARGET_H

#include <stdbool.h>

#include "config/log_place.h"

struct error;

/*
 * The destination of log lines: standard error, the system's log, or a file. A line is a single escaped line without
 * "mailhaul: ". `hint` is where the hint starts in the line, after "; ", or NULL. Priorities are those of syslog(3).
 */
struct log_target {
	enum log_place place;
	const char *path; /* path of the file, owned by the caller */
	int fd;		  /* descriptor of the file, or -1 */
	bool failing;	  /* a write error of the file was reported */
};

/*
 * Opens the log. If it cannot be used, sets ERROR_STORAGE with a hint, and lines then go to standard error so that
 * none is lost. Call log_target_close in both cases.
 */
bool log_target_open(struct log_target *t, enum log_place place, const char *path, struct error *err);
void log_target_close(struct log_target *t);

/*
 * Writes a line to the log. If t is NULL, it writes to standard error. Standard error also gets the line if it is a
 * terminal or if the file cannot be written. A file that was renamed or removed since the last line is recreated.
 */
void log_target_write(struct log_target *t, int priority, const char *line, const char *hint);

/*
 * Writes a line to the log but never to standard error, for messages that should not be shown now. Returns false if
 * there is no such log or the line cannot be written.
 */
bool log_target_keep(struct log_target *t, int priority, const char *line);

/* Returns whether there is a log other than standard error. */
bool log_target_is_kept(const struct log_target *t);

/*
 * Writes a line to standard error, with its priority if standard error is connected to systemd's journal. On a terminal,
 * all but lines of the protocol are broken between words, the hint has lines of its own, and the start may have a color.
 */
void log_target_write_stderr(int priority, const char *line, const char *hint);

#endif
