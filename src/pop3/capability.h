#ifndef MAILHAUL_POP3_CAPABILITY_H
#define MAILHAUL_POP3_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* The capabilities that a server announced (RFC 2449). All are false if it does not know CAPA. */
struct capability {
	bool top;
	bool uidl;
	bool user;
	bool stls;
	bool pipelining;
	bool utf8;	     /* RFC 6856 */
	bool auth_resp_code; /* RFC 3206 */
	char sasl[512];	     /* mechanisms in upper case, each with a blank before and after it */
};

void capability_clear(struct capability *c);

/* Takes one line of the reply to CAPA. Unknown capabilities, and mechanisms that do not fit, are ignored. */
void capability_add(struct capability *c, const char *line, size_t length);

/* Appends lines, each ended by LF. capability_add restores the same capabilities from them. */
void capability_write(const struct capability *c, struct buf *out);

/* Returns whether the server announced a SASL mechanism (upper case). */
bool capability_has_mechanism(const struct capability *c, const char *mechanism);

#endif
