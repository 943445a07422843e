#ifndef MAILHAUL_BASE_LOG_H
#define MAILHAUL_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

/* How much is logged: -q, no option, -v, -vv. A line is written when its level is at most the level of the log. */
enum log_level {
	LOG_QUIET,   /* failures only */
	LOG_NORMAL,  /* events the user should know of, such as a message left on the server */
	LOG_VERBOSE, /* the steps of a session */
	LOG_WIRE,    /* every protocol line, with secrets masked */
};

enum { LOG_FACT_SIZE = 1024 }; /* room for the text of a fact with its NUL */

/*
 * The output of a module. The owner (fetch or a test) sets `write`; modules below cmd and ui never print. `text` is
 * one escaped line without a line terminator.
 */
struct log {
	enum log_level level;
	void (*write)(void *context, enum log_level level, const char *text);
	/* Receives a named fact; text is NULL for a number. The callback is NULL when facts are not wanted. */
	void (*fact)(void *context, const char *name, const char *text, int64_t number);
	void *context;
};

/* Logs a line, unless log is NULL or its level is lower than `level`. */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Report a fact for programs, such as "tls.version", as a text or a number. The text is escaped and cut to
 * LOG_FACT_SIZE. Repeating a name makes a list. Without a `fact` callback the calls do nothing.
 */
void log_fact(const struct log *log, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
void log_number(const struct log *log, const char *name, int64_t number);

#endif
