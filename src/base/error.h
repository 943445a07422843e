#ifndef MAILHAUL_BASE_ERROR_H
#define MAILHAUL_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/* The subject of a failure. cmd maps each kind to an exit code (cmd/exit_code.h). */
enum error_kind {
	ERROR_NONE,
	ERROR_USAGE,	   /* the command line */
	ERROR_CONFIG,	   /* the configuration or a password command */
	ERROR_HOST,	   /* the server's name is unknown */
	ERROR_NETWORK,	   /* connecting failed, a time limit was reached, or the connection was lost */
	ERROR_TLS,	   /* the handshake or certificate failed, or STLS is not available */
	ERROR_AUTH,	   /* the server refused the login */
	ERROR_PROTOCOL,	   /* a reply that RFC 1939 does not allow, or -ERR */
	ERROR_STORAGE,	   /* the destination or the state cannot be read or written */
	ERROR_LOCKED,	   /* another run or program holds a lock */
	ERROR_INTERRUPTED, /* a signal ended the run */
	ERROR_INTERNAL,	   /* a bug */
};

/*
 * A failure. A function that can fail returns bool and fills in its last parameter of this type. All texts are single
 * lines without control characters, whatever their source.
 */
struct error {
	enum error_kind kind;
	bool temporary;	  /* the next run may succeed */
	int saved_errno;  /* errno of the failed system call, or 0 */
	char cause[512];  /* what went wrong, without a final period */
	char server[512]; /* the server's text, escaped; empty if it sent none */
	char hint[384];	  /* what the user can do */
};

void error_clear(struct error *err);

/*
 * Replaces the content of *err by a kind and a cause, without a final period. Returns false, so that a function can
 * end with `return error_set(...)`. Network, lock and interruption failures are marked temporary. Network, lock,
 * protocol and internal failures get a default hint, which error_hint replaces. For the other kinds the caller must
 * set a hint.
 */
bool error_set(struct error *err, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Works like error_set and appends ": " and the text of errno_value. Conditions that pass with time are marked
 * temporary: disk full, quota, no memory, no descriptors, interruption. A lack of descriptors also sets a hint that
 * names the limit; error_hint does not replace that hint.
 */
bool error_errno(struct error *err, enum error_kind kind, int errno_value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Sets the hint: what the user can do about the failure. Returns false. */
bool error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the server's text, escaped, without the session's secret (base/redact). Returns false. */
bool error_server(struct error *err, const char *words, size_t length);

/* The analyzer sees one source file at a time. These macros show it that the functions return false. */
#if defined(__clang_analyzer__) && !defined(MAILHAUL_BASE_ERROR_C)
#define error_set(...) (error_set(__VA_ARGS__), false)
#define error_errno(...) (error_errno(__VA_ARGS__), false)
#define error_server(...) (error_server(__VA_ARGS__), false)
#define error_hint(...) (error_hint(__VA_ARGS__), false)
#endif

#endif
