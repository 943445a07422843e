#ifndef MAILHAUL_POP3_SASL_H
#define MAILHAUL_POP3_SASL_H

#include <stdbool.h>

struct buf;
struct channel_binding;
struct error;
struct login;
struct sasl;

/*
 * Begins an exchange with a mechanism by its name in AUTH. What l holds is used during sasl_step and stays
 * the caller's; binding is copied, or NULL: none. ERROR_CONFIG when the library does not know the mechanism.
 */
bool sasl_start(struct sasl **out, const char *mechanism, const struct login *l, const struct channel_binding *binding,
    struct error *err);

/*
 * One step: the server's challenge in base64 ("" for the initial response) in, the answer in base64
 * out (appended to *answer, which holds a secret). *complete says that nothing more is to be said
 * and that a server which has to prove itself (SCRAM, RFC 5802) has done so.
 * ERROR_AUTH when the challenge is wrong.
 */
bool sasl_step(struct sasl *s, const char *challenge, struct buf *answer, bool *complete, struct error *err);

/* What can be done about a server whose answers do not fit the mechanism. Returns false. */
bool sasl_hint(struct error *err);

/* The version of the library that runs, for --version. */
const char *sasl_library_version(void);

/* Ends the exchange, sets *s to NULL; NULL is accepted. */
void sasl_free(struct sasl **s);

#endif
