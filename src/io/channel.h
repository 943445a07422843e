#ifndef MAILHAUL_IO_CHANNEL_H
#define MAILHAUL_IO_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum channel_status {
	CHANNEL_DONE,	    /* some bytes went through */
	CHANNEL_WANT_READ,  /* nothing yet: wait until the descriptor can be read */
	CHANNEL_WANT_WRITE, /* nothing yet: wait until it can be written */
	CHANNEL_END,	    /* the other side ended the stream properly */
	CHANNEL_FAILED,	    /* *err says why */
};

/* What is known to both ends of one connection and to nobody else (RFC 5056). */
struct channel_binding {
	const char *type; /* "tls-exporter" (RFC 9266) or "tls-unique" (RFC 5929, 3.) */
	unsigned char octets[64];
	size_t length;
};

/* What a kind of channel can do. No function waits. `context` is the implementation's own. */
struct channel_ops {
	bool secure; /* what goes through cannot be read or changed on its way */
	/* One step of what comes before the first byte, such as a handshake; DONE at its end. NULL: nothing does. */
	enum channel_status (*open)(void *context, struct error *err);
	enum channel_status (*receive)(void *context, void *bytes, size_t size, size_t *got, struct error *err);
	enum channel_status (*send)(void *context, const void *bytes, size_t size, size_t *sent, struct error *err);
	/* Tells the other side that nothing more comes; may be called until it is DONE or FAILED. */
	enum channel_status (*shut)(void *context, struct error *err);
	/* Frees the context and closes what it owns, with the channels below. */
	void (*close)(void *context);
	/* Gives what a login can be bound to; false when there is nothing. NULL: there never is. */
	bool (*binding)(void *context, struct channel_binding *out);
};

/*
 * Carries a stream's bytes: a socket (io/net), TLS (tls/tls) over another channel, a test's script. A value; who holds
 * it owns the context.
 */
struct channel {
	const struct channel_ops *ops;
	void *context;
	int fd; /* of the socket below all; what is waited on; -1: always ready */
};

#endif
