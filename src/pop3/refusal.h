#ifndef MAILHAUL_POP3_REFUSAL_H
#define MAILHAUL_POP3_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Makes an error of the words behind -ERR: its response code (RFC 2449, 8.; RFC 3206) decides what
 * kind it is and whether it passes; without one it is `kind`. Returns false.
 */
bool refusal_error(const char *text, size_t length, enum error_kind kind, const char *cause, struct error *err);

#endif
