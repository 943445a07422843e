#ifndef MAILHAUL_POP3_CAPABILITY_H
#define MAILHAUL_POP3_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* What a server said it can do (RFC 2449). All false where it knows no CAPA. */
struct capability {
	bool top;
	bool uidl;
	bool user;
	bool stls;
	bool pipelining;
	bool utf8;	     /* RFC 6856 */
	bool auth_resp_code; /* RFC 3206 */
	char sasl[512]; /* mechanisms, upper case, each with a blank before and behind */
};

void capability_clear(struct capability *c);

/* Takes one line of CAPA's answer. Unknown ones, and mechanisms beyond the room, are passed over. */
void capability_add(struct capability *c, const char *line, size_t length);

/* Appends lines, each ended by LF, from which capability_add makes the same again. */
void capability_write(const struct capability *c, struct buf *out);

/* Whether a SASL mechanism (upper case) was announced. */
bool capability_has_mechanism(const struct capability *c, const char *mechanism);

#endif
