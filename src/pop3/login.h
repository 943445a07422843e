#ifndef MAILHAUL_POP3_LOGIN_H
#define MAILHAUL_POP3_LOGIN_H

#include <stdbool.h>

struct error;
struct login;
struct mechanism;
struct session;

/*
 * The way to log in among those that the server announced (RFC 5034): the one that was named, or the
 * strongest automatic one, with channel binding where both sides have it; for a password USER and PASS if
 * there is none. NULL with ERROR_AUTH when the server does not offer what is wanted.
 */
const struct mechanism *login_choose(const struct session *s, const struct login *l, struct error *err);

/*
 * Logs in over a session that TLS protects, by what login_choose gives. A refused user, password or token is
 * ERROR_AUTH, and nothing else is tried. A server that does not know the command or the mechanism itself has not
 * looked at them: the next automatic way that shows it no more of the secret is tried, and ERROR_PROTOCOL when there
 * is none or the user named the way. ERROR_CONFIG when user or password cannot be sent that way; ERROR_INTERNAL,
 * before anything is sent, when the session is not secure.
 */
bool login_run(struct session *s, const struct login *l, struct error *err);

/* Whether login_run failed because the server said no, and not because of how to log in. */
bool login_was_refused(const struct error *err);

#endif
