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

/*
 * Whether it is the UID or the size alone, as some servers give it, or "message 2 has 20 octets". What has a size is also
 * what comes before a message.
 */
bool asked_fits_without_number(const struct asked *a, const char *text, size_t length);

/*
 * Whether it names the UID among other words, proved by the UID itself: octet for octet, with whatever number, or after
 * this message's number, in quotes or brackets, in other case, or without the words that the listing has after the UID.
 * A UID that could be in another answer by chance (short, or without a digit) has to be the last word, after nothing but
 * the number.
 */
bool asked_names_uid(const struct asked *a, const char *text, size_t length);

/* Whether this one line alone shows that it is the answer. */
bool asked_is_answered(const struct asked *a, const char *text, size_t length);

/* Whether a text names this UID, or could. */
bool asked_is_about(const char *text, size_t length, const char *uid);

/* Whether it is a line of a listing, of whatever message: a number, and something behind it. */
bool asked_is_listed(const char *text, size_t length);

#endif
