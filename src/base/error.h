#ifndef MAILHAUL_BASE_ERROR_H
#define MAILHAUL_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* What a failure is about. cmd turns a kind into an exit code (cmd/exit_code.h). */
enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,	/* the command line */
	ERROR_CONFIG,	/* the configuration, a password command */
	ERROR_HOST,	/* the server's name is unknown */
	ERROR_NETWORK,	/* connecting, a time limit, a lost connection */
	ERROR_TLS,	/* handshake, certificate, STLS not to be had */
	ERROR_AUTH,	/* the server refused the login */
	ERROR_PROTOCOL, /* the server answered what RFC 1939 does not allow, or -ERR */
	ERROR_STORAGE,	/* destination or state cannot be written or read */
	ERROR_LOCKED,	/* another run or program holds what is needed */
	ERROR_INTERRUPTED, /* a signal asked for the end */
	ERROR_INTERNAL, /* a bug */
};

/*
 * A failure. Functions that can fail return bool and fill in the last parameter of this type.
 * All texts are single lines without control characters, whatever they were made of.
 */
struct error {
	enum error_kind kind;
	bool temporary;	   /* the next run may well succeed */
	int saved_errno;   /* 0 when no system call failed */
	char cause[512];   /* what went wrong, without a full stop */
	char server[512];  /* the server's own words, escaped; empty if it said nothing */
	char hint[384];	   /* what the reader can do about it */
};

/* Empties *err. */
void error_clear(struct error *err);

/*
 * Fills *err with kind and cause (less a full stop), forgetting what it held; returns false, so that a function can
 * end with `return error_set(...)`. Network and locked failures, and interruptions, start as temporary;
 * network, locked, protocol and internal ones with a hint, which error_hint replaces. Others need one.
 */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Like error_set, and appends ": " with the text of errno_value. What passes with time (disk full,
 * quota, out of memory or descriptors, interrupted) is marked temporary. Out of descriptors comes with a hint
 * that names the limit, which error_hint leaves as it is.
 */
bool error_errno(struct error *err, enum error_kind kind, int errno_value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Says what the reader can do about it. Returns false. */
bool error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the server's own words, escaped. Returns false. */
bool error_server(struct error *err, const char *words, size_t length);

#if defined(__clang_analyzer__) && !defined(MAILHAUL_BASE_ERROR_C) /* It sees one source at a time, and not that these return false. */
#define error_set(...) (error_set(__VA_ARGS__), false)
#define error_errno(...) (error_errno(__VA_ARGS__), false)
#define error_server(...) (error_server(__VA_ARGS__), false)
#define error_hint(...) (error_hint(__VA_ARGS__), false)
#endif

#endif
