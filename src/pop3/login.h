#ifndef MAILHAUL_POP3_LOGIN_H
#define MAILHAUL_POP3_LOGIN_H

#include <stdbool.h>

struct error;
struct secret;
struct session;

/*
 * Logs in over a session that TLS protects: by the strongest SASL mechanism that the server
 * announced (RFC 5034), else by USER and PASS (RFC 1939, 7.). One that was tried and refused is not
 * followed by a weaker one. ERROR_AUTH when user or password are refused; ERROR_INTERNAL, before
 * anything is sent, when the session is not secure.
 */
bool login_run(struct session *s, const char *user, const struct secret *password, struct error *err);

#endif
