#ifndef MAILHAUL_BASE_MECHANISM_H
#define MAILHAUL_BASE_MECHANISM_H

#include <stdbool.h>
#include <stddef.h>

/* What a login mechanism needs besides the user name. */
enum mechanism_secret { MECHANISM_PASSWORD, MECHANISM_TOKEN, MECHANISM_NOTHING };

/* A login mechanism. */
struct mechanism {
	const char *word; /* its name in the configuration */
	const char *sasl; /* its name after AUTH; NULL: it has its own command */
	enum mechanism_secret secret;
	unsigned strength;	 /* for comparison; higher means that the server learns less of the secret */
	bool automatic;		 /* chosen automatically; otherwise the configuration must name it */
	bool binds;		 /* binds the login to the TLS connection (RFC 5802, section 6) */
	bool proves;		 /* the server also proves that it knows the password */
	bool prepares;		 /* user and password are changed by SASLprep (RFC 4013) before they are used */
	bool server_first;	 /* the client sends no initial response */
	bool ignores_challenges; /* a challenge carries no information; any text in it means "continue" */
	const char *hint;	 /* what to do after a refused login; NULL: the hint for passwords */
};

/* All mechanisms. The automatic ones are in order of strength, strongest first. */
extern const struct mechanism mechanisms[];
extern const size_t mechanism_count;

/* Returns the name that the server uses: the SASL name, "USER" or "APOP". */
const char *mechanism_name(const struct mechanism *m);

/* Returns the mechanism with that configuration name, or NULL. */
const struct mechanism *mechanism_find(const char *word);

#endif
