#ifndef MAILHAUL_FETCH_REFUSED_H
#define MAILHAUL_FETCH_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

struct account;
struct error;
struct state;

/*
 * Remembers a password that the server refused, so that a job that runs repeatedly does not get its user locked
 * out. Tokens are not remembered: they change by themselves, and do not lead to a lockout. maildrop is
 * USER@SERVER:PORT; now and all times are seconds since the epoch. Failures of the state are ERROR_STORAGE.
 */

/*
 * Whether the account may log in: not with a login and password that were refused within the last hour. In that
 * case ERROR_AUTH says when, with the server's words.
 */
bool refused_allows(struct state *s, const struct account *a, const char *maildrop, int64_t now, struct error *err);

/* Records that the server refused the login now, for the reason in `refusal`. It is on stable storage on return. */
bool refused_note(struct state *s, const struct account *a, const char *maildrop, int64_t now,
    const struct error *refusal, struct error *err);

/* Call it after a successful login. Writes only if a refusal is recorded. */
bool refused_forget(struct state *s, struct error *err);

#endif
