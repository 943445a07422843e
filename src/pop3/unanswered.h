#ifndef MAILHAUL_POP3_UNANSWERED_H
#define MAILHAUL_POP3_UNANSWERED_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/* A command whose reply did not arrive, or is incomplete. */
struct unanswered {
	const char *command; /* first word of the command; "" for the greeting */
	uint32_t number;     /* its message number; 0: none */
	bool begun;	     /* a part of the reply arrived */
	int64_t seconds;     /* the time limit that passed (option timeout); 0: the connection ended */
};

/* Adds the unanswered command to the failure of a stream. Returns false. */
bool unanswered_error(const struct unanswered *u, struct error *err);

#endif
