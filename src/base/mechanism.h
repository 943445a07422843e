#ifndef MAILHAUL_BASE_MECHANISM_H
#define MAILHAUL_BASE_MECHANISM_H

#include <stdbool.h>
#include <stddef.h>

/* What a way to log in needs besides the user's name. */
enum mechanism_secret { MECHANISM_PASSWORD, MECHANISM_TOKEN, MECHANISM_NOTHING };

/* A way to log in. */
struct mechanism {
	const char *word; /* in the configuration */
	const char *sasl; /* its name behind AUTH; NULL: a command of its own */
	enum mechanism_secret secret;
	unsigned strength; /* to compare two of them: how much of the secret the server gets to see */
	bool automatic;	   /* else it has to be named */
	bool binds;	   /* to the TLS connection (RFC 5802, 6.) */
	bool proves;	   /* the server, too, shows that it knows the password */
	bool server_first; /* without an initial response */
	bool ignores_challenges; /* the server has nothing to say in a challenge: any text in one means "go on" */
	const char *hint;  /* what to do when a server refuses who we are; NULL: as for any password */
};

/* All of them; of those that are automatic, the strongest first. */
extern const struct mechanism mechanisms[];
extern const size_t mechanism_count;

/* As the server knows it: its SASL name, or "USER" or "APOP". */
const char *mechanism_name(const struct mechanism *m);

/* The one of that word; NULL when there is none. */
const struct mechanism *mechanism_find(const char *word);

#endif
