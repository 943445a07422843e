#ifndef MAILHAUL_POP3_ASKED_H
#define MAILHAUL_POP3_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was asked about one message by UIDL or LIST with its number (RFC 1939, 5. and 7.), and so
 * what the answer is. */
struct asked {
	uint32_t number;
	const char *uid; /* of the listing: UIDL was asked; NULL: LIST */
	uint64_t octets; /* of the listing, for LIST */
};

/* Whether a text is "number uid" of this message, or its number and a size. */
bool asked_fits(const struct asked *a, const char *text, size_t length);

/* Whether this line alone shows that it is the answer: it fits, or is the UID alone. */
bool asked_is_answered(const struct asked *a, const char *text, size_t length);

/*
 * Whether it is the answer if no message follows it, as servers name message, UID and size before one as well: the size
 * alone, or "message 2 has 20 octets"; the UID among other words, proved by the UID itself, or by the number and the UID in
 * another form.
 */
bool asked_may_be_answered(const struct asked *a, const char *text, size_t length);

/* Whether a text names this UID, or could. */
bool asked_is_about(const char *text, size_t length, const char *uid);

/* Whether it is a line of a listing, of whatever message: a number, and something behind it. */
bool asked_is_listed(const char *text, size_t length);

#endif
