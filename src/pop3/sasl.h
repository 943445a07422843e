#ifndef MAILHAUL_POP3_SASL_H
#define MAILHAUL_POP3_SASL_H

#include <stdbool.h>

struct buf;
struct channel_binding;
struct error;
struct login;
struct sasl;

/*
 * Begins an exchange with a mechanism, by its name in AUTH. The contents of l are used during sasl_step and stay the
 * caller's. The binding is copied; NULL: none. Sets ERROR_CONFIG if the library does not know the mechanism.
 */
bool sasl_start(struct sasl **out, const char *mechanism, const struct login *l, const struct channel_binding *binding,
    struct error *err);

/*
 * Does one step: takes the server's challenge in base64 ("" for the initial response), and appends the response in
 * base64 to *answer, which then holds a secret. Sets *complete if the exchange is complete, and a server that must
 * prove itself (SCRAM, RFC 5802) has done so. Sets ERROR_AUTH if the challenge is wrong.
 */
bool sasl_step(struct sasl *s, const char *challenge, struct buf *answer, bool *complete, struct error *err);

/* What SASLprep (RFC 4013) does to the user and password of a login. */
enum sasl_preparation {
	SASL_UNCHANGED,
	SASL_CHANGES_USER,
	SASL_CHANGES_PASSWORD,
	SASL_REFUSES_USER,
	SASL_REFUSES_PASSWORD,
};

/*
 * Returns what the library will do to the user and password of a login by a mechanism that prepares them. Servers
 * differ: many use them unprepared, and then a changed password is a wrong one.
 */
enum sasl_preparation sasl_preparation(const struct login *l);

/* Adds the hint for a server whose replies do not fit the mechanism. Returns false. */
bool sasl_hint(struct error *err);

/* Returns the version of the library at run time, for --version. */
const char *sasl_library_version(void);

/* Ends the exchange and sets *s to NULL. *s may be NULL. */
void sasl_free(struct sasl **s);

#endif
