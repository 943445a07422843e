#ifndef MAILHAUL_POP3_REFUSAL_H
#define MAILHAUL_POP3_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Makes an error from the words after -ERR. Their response code (RFC 2449, 8.; RFC 3206) decides the kind of the error
 * and whether it is temporary. A code below a known one counts as the known one: "[IN-USE/LOCK]" is an "[IN-USE]".
 * Without a known code, words decide that are known to mean the same (pop3/refusal_words). Otherwise the error is of
 * kind `kind`. Returns false.
 */
bool refusal_error(const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err);

/*
 * Makes an error from the refusal of a login. Without a known code or known words it is ERROR_AUTH. If the server
 * announced AUTH-RESP-CODE (RFC 3206, 6.), a refusal without [AUTH] is a temporary problem instead. Words that name a
 * wrong password are always ERROR_AUTH. Returns false.
 */
bool refusal_of_login(const char *text, size_t length, bool auth_resp_code, struct error *err);

/*
 * Returns whether a refusal says that the server does not know the command, or the SASL mechanism in it. Such a server
 * has not looked at the credentials. A refusal with a known response code never says so.
 */
bool refusal_denies_command(const char *text, size_t length);

#endif
