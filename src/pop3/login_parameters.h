#ifndef MAILHAUL_POP3_LOGIN_PARAMETERS_H
#define MAILHAUL_POP3_LOGIN_PARAMETERS_H

#include <stdbool.h>

#include "base/mechanism.h"

struct log;
struct secret;

/* The parameters of a login. Everything here stays the caller's. */
struct login {
	const struct mechanism *mechanism; /* NULL: the strongest automatic one that takes `kind` */
	enum mechanism_secret kind;	   /* the kind of `secret` */
	const struct secret *secret;	   /* NULL for MECHANISM_NOTHING */
	const char *user;
	const char *host; /* the name in the certificate */
	unsigned port;
	bool alone;		       /* only the chosen mechanism is tried */
	bool *missing;		       /* set if the server does not know the mechanism; may be NULL */
	const struct mechanism **used; /* set to the mechanism of a successful login; may be NULL */
	bool utf8_apart;	       /* UTF8 is not sent together with the first step, see session_ask_utf8 */
	const struct log *log;	       /* gets a line when another mechanism is tried; NULL: no log */
};

#endif
