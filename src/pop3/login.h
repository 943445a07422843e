#ifndef MAILHAUL_POP3_LOGIN_H
#define MAILHAUL_POP3_LOGIN_H

#include <stdbool.h>

#include "base/mechanism.h"

struct error;
struct log;
struct secret;
struct session;

/* Who logs in, where, how, and with what. All of it stays the caller's. */
struct login {
	const struct mechanism *mechanism; /* NULL: the strongest automatic one that takes `kind` */
	enum mechanism_secret kind;	   /* what `secret` is */
	const struct secret *secret;	   /* NULL for MECHANISM_NOTHING */
	const char *user;
	const char *host; /* as the certificate names it */
	unsigned port;
	bool alone;	 /* no other way is tried than the one that is chosen */
	bool *missing;	 /* set where the server does not know the way; NULL: nobody asks */
	bool utf8_apart; /* UTF8 is not sent along with the first step, see session_ask_utf8 */
	const struct log *log; /* takes a line when another way is tried; NULL: no log */
};

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
