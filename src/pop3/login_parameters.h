#ifndef MAILHAUL_POP3_LOGIN_PARAMETERS_H
#define MAILHAUL_POP3_LOGIN_PARAMETERS_H

#include <stdbool.h>

#include "base/mechanism.h"

struct log;
struct secret;

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

#endif
