#ifndef MAILHAUL_FETCH_REACH_H
#define MAILHAUL_FETCH_REACH_H

#include <stdbool.h>

struct error;
struct tls_trust;
struct worker;

/*
 * Connects with what the server announced the last time, which is forgotten when that fails; while the server says
 * that it will work later, again and again for login_retry. Notes a refused password.
 */
bool reach_server(struct worker *w, const struct tls_trust *trust, struct error *err);

/* Not with a password that was refused lately, unless somebody asked for this account. */
bool reach_may_log_in(struct worker *w, struct error *err);

/* Finds out whether the server may be sent several commands at a time. */
bool reach_may_pipeline(struct worker *w, struct error *err);

#endif
