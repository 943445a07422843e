#ifndef MAILHAUL_POP3_LOGIN_CHOOSE_H
#define MAILHAUL_POP3_LOGIN_CHOOSE_H

#include <stdbool.h>

struct error;
struct login;
struct mechanism;
struct session;

/*
 * Chooses how to log in, by the server's capabilities (RFC 5034): with the mechanism that the user named, or with the
 * strongest automatic one. It uses channel binding if both sides support it. A user or password that SASLprep (RFC
 * 4013) would change or refuse is sent by PLAIN or USER, if the server offers one of them. Without a mechanism, a
 * password is sent with USER and PASS. Returns NULL and sets ERROR_AUTH if the server does not offer a suitable
 * mechanism.
 */
const struct mechanism *login_choose(const struct session *s, const struct login *l, struct error *err);

/*
 * Finds the mechanism to try after one that the server announced but did not know: the next one that reveals no more
 * of the secret. Returns NULL if the user named the mechanism, and after SCRAM, as an error must not cause the
 * password to be sent.
 */
const struct mechanism *login_choose_next(const struct session *s, const struct login *l, const struct mechanism *m);

/*
 * Finds the mechanism that sends user and password unchanged, for those that SASLprep would change or refuse. Over
 * verified TLS, the password itself is better than a login that cannot succeed. Returns NULL if the server offers none.
 */
const struct mechanism *login_choose_unprepared(const struct session *s);

/* Returns whether the server offers an automatic mechanism that applies SASLprep. */
bool login_choose_offers_prepared(const struct session *s);

#endif
