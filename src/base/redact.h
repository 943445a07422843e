#ifndef MAILHAUL_BASE_REDACT_H
#define MAILHAUL_BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

struct secret;

/*
 * Keeps the password or token of a session out of the server's words: a server may repeat what it was sent. There is
 * one secret for the process, as a worker holds that of one account.
 *
 * A text is searched for the secret as it is, in another case, split by control characters, quoted, with each octet
 * escaped (percent, backslash, quoted-printable, HTML), in hexadecimal, and inside base64 text, as in a response of
 * SASL PLAIN or XOAUTH2. A match becomes "****". The same applies to a proof made from the secret, and to SCRAM's own
 * attributes (RFC 5802, 5.1.), from which a password could be guessed offline.
 *
 * A mask in a text that everybody knows reveals what it covers. So if a secret that is easily guessed from the words
 * around it occurs, the whole text becomes "****", except for a response code at its start: a secret of up to
 * REDACT_SHORT_MOST octets, or of up to REDACT_PLAIN_MOST octets that are all letters or all digits. The shortest ones
 * count only where no letter or digit is next to them.
 */
enum { REDACT_SHORT_MOST = 3, REDACT_PLAIN_MOST = 11 };

/* Begins to look for a secret, which stays the caller's and must live until redact_end. NULL: there is none. */
void redact_begin(const struct secret *secret);

/* Also looks for a proof of up to REDACT_PROOF_MOST octets, which is copied. It replaces the proof set before. */
enum { REDACT_PROOF_MOST = 128 };
void redact_proof(const char *proof, size_t length);

/* Looks for nothing any longer, and wipes the proof. */
void redact_end(void);

/* Returns whether a text contains the secret or the proof in one of these forms. */
bool redact_finds(const char *text, size_t length);

/*
 * Returns the text without the secret, and updates *length. The result is `text` itself if nothing was found;
 * otherwise it is valid until the next call. A text over REDACT_TEXT_MOST octets is cut if something was found.
 */
enum { REDACT_TEXT_MOST = 8192 };
const char *redact(const char *text, size_t *length);

#endif
