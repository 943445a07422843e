#ifndef MAILHAUL_BASE_LOG_H
#define MAILHAUL_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

/* How much is told: -q, nothing, -v, -vv. A line is given when its level is at most the log's. */
enum log_level {
	LOG_QUIET,   /* failures alone */
	LOG_NORMAL,  /* what a person should know: a message that was left behind, for instance */
	LOG_VERBOSE, /* steps of the session */
	LOG_WIRE,    /* every line of the protocol, secrets masked */
};

enum { LOG_FACT_SIZE = 1024 }; /* room for the text of a fact and its end */

/*
 * Where a module's words go. The owner (fetch, a test) sets write; nothing below cmd and ui prints.
 * text is one line, escaped, without a line end.
 */
struct log {
	enum log_level level;
	void (*write)(void *context, enum log_level level, const char *text);
	/* Takes what is learnt on the way, by its name; text is NULL for a number. NULL: nobody wants to know. */
	void (*fact)(void *context, const char *name, const char *text, int64_t number);
	void *context;
};

/* Does nothing when log is NULL or the level is not wanted. */
void log_line(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Something that a program may want to know, a text (escaped here, and cut to LOG_FACT_SIZE) or a number:
 * "tls.version", say. The same name again makes a list. Does nothing when nobody wants to know.
 */
void log_fact(const struct log *log, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_number(const struct log *log, const char *name, int64_t number);

#endif
