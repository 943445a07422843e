#ifndef MAILHAUL_FETCH_REACH_H
#define MAILHAUL_FETCH_REACH_H

#include <stdbool.h>

struct error;
struct tls_trust;
struct worker;

/*
 * Connects with the capabilities that the server announced last time, which are forgotten if that fails. While the
 * server says that the login will work later, retries for login_retry. Records a refused password.
 */
bool reach_server(struct worker *w, const struct tls_trust *trust, struct error *err);

/* Whether the account may log in: not with a password that was refused recently, unless the user named this account. */
bool reach_may_log_in(struct worker *w, struct error *err);

/* Sets w->pipelining: whether the server may be sent several commands at a time. */
bool reach_may_pipeline(struct worker *w, struct error *err);

#endif
