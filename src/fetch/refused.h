#ifndef MAILHAUL_FETCH_REFUSED_H
#define MAILHAUL_FETCH_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct error;
struct state;

/*
 * The memory of a password that the server refused, so that a job that runs again and again does not get its
 * user locked out. Tokens are not remembered: they change by themselves, and nobody is locked out for them.
 * maildrop is USER@SERVER:PORT; now and all times are seconds since the epoch. Failures of the state are
 * ERROR_STORAGE.
 */

/*
 * Whether the account may log in: not with the login and the password that were refused in the last hour. Then
 * ERROR_AUTH says when, with the server's words.
 */
bool refused_allows(struct state *s, const struct account *a, const char *maildrop, int64_t now, struct error *err);

/* Remembers that the server refused it now, for the reason in `refusal`. On stable storage when it returns. */
bool refused_note(struct state *s, const struct account *a, const char *maildrop, int64_t now,
    const struct error *refusal, struct error *err);

/* The server has taken a login. Writes only where a refusal is remembered. */
bool refused_forget(struct state *s, struct error *err);

#endif
