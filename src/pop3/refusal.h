#ifndef MAILHAUL_POP3_REFUSAL_H
#define MAILHAUL_POP3_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Makes an error of the words behind -ERR: its response code (RFC 2449, 8.; RFC 3206), or the one above it
 * ("[IN-USE/LOCK]" is an "[IN-USE]"), decides what kind it is and whether it passes; without one, words do that are known to mean the same (pop3/refusal_words); else it is `kind`.
 * Returns false.
 */
bool refusal_error(const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err);

/*
 * The same for a login. Without a code or known words it is ERROR_AUTH, unless the server announced AUTH-RESP-CODE
 * (RFC 3206, 6.): a refusal without [AUTH] then means trouble that passes. Words that name a wrong password are
 * ERROR_AUTH in any case.
 */
bool refusal_of_login(const char *text, size_t length, bool auth_resp_code, struct error *err);

/*
 * Whether a refusal says that the server does not know the command, or the SASL mechanism in it, so that it has not
 * looked at user and password. Never with a response code that is known.
 */
bool refusal_denies_command(const char *text, size_t length);

#endif
