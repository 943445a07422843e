#ifndef MAILHAUL_IO_CHANNEL_H
#define MAILHAUL_IO_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum channel_status {
	CHANNEL_DONE,	    /* some bytes were transferred */
	CHANNEL_WANT_READ,  /* nothing yet; wait until the descriptor is readable */
	CHANNEL_WANT_WRITE, /* nothing yet; wait until the descriptor is writable */
	CHANNEL_END,	    /* the peer ended the stream properly */
	CHANNEL_FAILED,	    /* *err is set */
};

/* Data that only the two ends of a connection know (RFC 5056). */
struct channel_binding {
	const char *type; /* "tls-exporter" (RFC 9266) or "tls-unique" (RFC 5929, section 3) */
	unsigned char octets[64];
	size_t length;
};

/* The operations of a kind of channel. None of them waits. `context` belongs to the implementation. */
struct channel_ops {
	bool secure; /* nobody on the network can read or change the data */
	/* Performs one step of the setup before the first byte, such as a handshake; DONE at its end. NULL: none. */
	enum channel_status (*open)(void *context, struct error *err);
	enum channel_status (*receive)(void *context, void *bytes, size_t size, size_t *got, struct error *err);
	enum channel_status (*send)(void *context, const void *bytes, size_t size, size_t *sent, struct error *err);
	/* Announces the end of the data to the peer. Call it until it returns DONE or FAILED. */
	enum channel_status (*shut)(void *context, struct error *err);
	/* Frees the context and closes what it owns, including the channels below. */
	void (*close)(void *context);
	/* Stores the channel binding for a login; false if there is none. NULL: the channel never has one. */
	bool (*binding)(void *context, struct channel_binding *out);
};

/*
 * Transports the bytes of a stream: a socket (io/net), TLS (tls/tls) over another channel, or a test script. A
 * channel is a value; its holder owns the context.
 */
struct channel {
	const struct channel_ops *ops;
	void *context;
	int fd; /* the socket below, for polling; -1: always ready */
};

#endif
