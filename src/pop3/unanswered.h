#ifndef MAILHAUL_POP3_UNANSWERED_H
#define MAILHAUL_POP3_UNANSWERED_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/* A command whose answer did not come, or not to its end. */
struct unanswered {
	const char *command; /* its word; "" for the greeting */
	uint32_t number;     /* of its message; 0: it has none */
	bool begun;	     /* a part of the answer arrived */
	int64_t seconds;     /* the time limit that has passed (option timeout); 0: the connection ended */
};

/* Adds to the failure of a stream which command it left without its answer. Returns false. */
bool unanswered_error(const struct unanswered *u, struct error *err);

#endif
