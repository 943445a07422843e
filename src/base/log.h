#ifndef MAILHAUL_BASE_LOG_H
#define MAILHAUL_BASE_LOG_H

#include <stddef.h>

/* How much is told: -q, nothing, -v, -vv. A line is given when its level is at most the log's. */
enum log_level {
	LOG_QUIET,   /* failures alone */
	LOG_NORMAL,  /* what a person should know: a message that was left behind, for instance */
	LOG_VERBOSE, /* steps of the session */
	LOG_WIRE,    /* every line of the protocol, secrets masked */
};

/*
 * Where a module's words go. The owner (fetch, a test) sets write; nothing below cmd and ui prints.
 * text is one line, escaped, without a line end.
 */
struct log {
	enum log_level level;
	void (*write)(void *context, enum log_level level, const char *text);
	void *context;
};

/* Does nothing when log is NULL or the level is not wanted. */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
