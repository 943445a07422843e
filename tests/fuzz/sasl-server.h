#ifndef MAILHAUL_TESTS_SASL_SERVER_H
#define MAILHAUL_TESTS_SASL_SERVER_H

#include "base/buf.h"
#include "fuzz.h"
#include "io/channel.h"

/* A server that answers each line of a client with the next of its own. {0}, then sasl_server_start. */
struct sasl_server {
	struct input lines;
	bool raw;     /* challenges are sent as they are, not in base64 with the nonce in them */
	bool endless; /* the last line comes again and again */
	unsigned answers;
	struct buf out, heard; /* what is to be sent; all that the client said */
	char nonce[256];
	struct channel_ops ops; /* their context is the server */
};

enum { SASL_ANSWERS_MOST = 1000 }; /* then even an endless one closes */

/* Makes the channel, and announces these mechanisms as the answer to CAPA. */
void sasl_server_start(struct sasl_server *s, bool secure, const char *mechanisms);
void sasl_server_free(struct sasl_server *s);

#endif
