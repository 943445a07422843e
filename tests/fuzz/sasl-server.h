#ifndef MAILHAUL_TESTS_SASL_SERVER_H
#define MAILHAUL_TESTS_SASL_SERVER_H

#include "base/buf.h"
#include "fuzz.h"
#include "io/channel.h"

/*
 * A server that answers each line of a client with the next of its own. Initialize it with {0}, then
 * sasl_server_start.
 */
struct sasl_server {
	struct input lines;
	bool raw;     /* challenges are sent unchanged, not in base64 with the nonce inserted */
	bool endless; /* the last line is repeated */
	unsigned answers;
	struct buf out, heard; /* output to be sent; everything the client sent */
	char nonce[256];
	struct channel_ops ops; /* its context is the server */
};

enum { SASL_ANSWERS_MOST = 1000 }; /* after so many answers even an endless server closes */

/* Makes the channel, and announces these mechanisms as the answer to CAPA. */
void sasl_server_start(struct sasl_server *s, bool secure, const char *mechanisms);
void sasl_server_free(struct sasl_server *s);

#endif
