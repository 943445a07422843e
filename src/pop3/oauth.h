#ifndef MAILHAUL_POP3_OAUTH_H
#define MAILHAUL_POP3_OAUTH_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;
struct login;
struct mechanism;

/*
 * Appends the client's response for XOAUTH2 (Google's) or OAUTHBEARER (RFC 7628, 3.1.), in base64. It contains the
 * token. Sets ERROR_CONFIG if the user or the token has characters that are not allowed there.
 */
bool oauth_response(const struct mechanism *m, const struct login *l, struct buf *response, struct error *err);

/* Appends the server's reason for a refusal, from its challenge. It is usually JSON, and always untrusted. */
void oauth_reason(const char *challenge, size_t length, struct buf *reason);

/* Returns the response, in base64, that the server expects before its final refusal (RFC 7628, 3.2.3.). */
const char *oauth_acknowledgement(const struct mechanism *m);

#endif
