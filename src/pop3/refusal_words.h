#ifndef MAILHAUL_POP3_REFUSAL_WORDS_H
#define MAILHAUL_POP3_REFUSAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The meaning of a refusal without a response code, as far as its words reveal it. */
enum refusal_meaning {
	REFUSAL_UNKNOWN,
	REFUSAL_PASSWORD, /* wrong credentials, as [AUTH] of RFC 3206 */
	REFUSAL_IN_USE,	  /* [IN-USE] of RFC 2449, 8.1.2. */
	REFUSAL_DELAY,	  /* [LOGIN-DELAY] of RFC 2449, 8.1.1. */
	REFUSAL_TROUBLE,  /* [SYS/TEMP] of RFC 3206 */
};

/*
 * Looks up the words after -ERR, in any case, in a table of known replies of servers. The text need not be terminated.
 */
enum refusal_meaning refusal_words_mean(const char *text, size_t length);

/* Returns whether the words say that the server does not know the command, or the SASL mechanism in it. */
bool refusal_words_deny_command(const char *text, size_t length);

#endif
