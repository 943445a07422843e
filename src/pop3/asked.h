#ifndef MAILHAUL_POP3_ASKED_H
#define MAILHAUL_POP3_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A question about one message: UIDL or LIST with its number (RFC 1939, 5. and 7.). It decides which texts are its
 * reply.
 */
struct asked {
	uint32_t number;
	const char *uid; /* UID in the listing, if UIDL was asked; NULL: LIST was asked */
	uint64_t octets; /* size in the listing, for LIST */
};

/* Returns whether a text is "number uid" of this message or, for LIST, its number and a size. */
bool asked_fits(const struct asked *a, const char *text, size_t length);

/* Returns whether this line alone proves that it is the reply: it fits, or it is the UID alone. */
bool asked_is_answered(const struct asked *a, const char *text, size_t length);

/*
 * Returns whether the text is the reply provided that no message follows it. Some servers also name the message, its
 * UID or its size before they send a message. For LIST the text is the size alone, or a phrase such as "message 2 has
 * 20 octets". For UIDL the text has the UID among other words. The UID itself proves it, or the number with another
 * form of the UID.
 */
bool asked_may_be_answered(const struct asked *a, const char *text, size_t length);

/*
 * Returns whether a text contains this UID as a word. A number counts only as the last word; elsewhere it may be a
 * message number.
 */
bool asked_is_about(const char *text, size_t length, const char *uid);

/* Returns whether a text is a line of a listing, for any message: a number, and possibly more after it. */
bool asked_is_listed(const char *text, size_t length);

#endif
