#ifndef MAILHAUL_POP3_REFUSAL_WORDS_H
#define MAILHAUL_POP3_REFUSAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* What a refusal without a response code is about, as far as its words say. */
enum refusal_meaning {
	REFUSAL_UNKNOWN,
	REFUSAL_PASSWORD, /* who logs in: [AUTH] of RFC 3206 */
	REFUSAL_IN_USE,	  /* [IN-USE] of RFC 2449, 8.1.2. */
	REFUSAL_DELAY,	  /* [LOGIN-DELAY] of RFC 2449, 8.1.1. */
	REFUSAL_TROUBLE,  /* [SYS/TEMP] of RFC 3206 */
};

/* Looks the words of -ERR up in a table of what servers are known to say, in any case; they need no end. */
enum refusal_meaning refusal_words_mean(const char *text, size_t length);

/* Whether the words say that the command, or the SASL mechanism in it, is not known to the server. */
bool refusal_words_deny_command(const char *text, size_t length);

#endif
