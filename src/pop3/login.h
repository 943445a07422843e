#ifndef MAILHAUL_POP3_LOGIN_H
#define MAILHAUL_POP3_LOGIN_H

#include <stdbool.h>

struct error;
struct login;
struct session;

/*
 * Logs in over a session that TLS protects, by the mechanism from login_choose. If the server refuses the user,
 * password or token, it sets ERROR_AUTH and tries nothing else. A server that does not know the command or the
 * mechanism has not looked at the credentials. In that case it tries the next automatic mechanism that reveals no more
 * of the secret. It sets ERROR_PROTOCOL if there is none, or if the user named the mechanism. It sets ERROR_CONFIG if
 * the mechanism cannot carry the user or password. It sets ERROR_INTERNAL, before it sends anything, if the session is
 * not secure.
 */
bool login_run(struct session *s, const struct login *l, struct error *err);

/* Returns whether login_run failed because the server refused the login, and not because no mechanism was suitable. */
bool login_was_refused(const struct error *err);

#endif
