#ifndef MAILHAUL_POP3_OAUTH_H
#define MAILHAUL_POP3_OAUTH_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;
struct login;
struct mechanism;

/*
 * Appends, in base64, all that a client says with XOAUTH2 (Google's) or OAUTHBEARER (RFC 7628, 3.1.). It
 * holds the token. ERROR_CONFIG when user or token hold octets that have no place there.
 */
bool oauth_response(const struct mechanism *m, const struct login *l, struct buf *response, struct error *err);

/* Appends what a server says in its challenge about why it refuses: JSON as a rule, in any case untrusted. */
void oauth_reason(const char *challenge, size_t length, struct buf *reason);

/* What the server wants to hear, in base64, before it refuses for good (RFC 7628, 3.2.3.). */
const char *oauth_acknowledgement(const struct mechanism *m);

#endif
