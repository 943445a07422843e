#ifndef SUPPORT_POP3_WIRE_H
#define SUPPORT_POP3_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

/*
 * A connection of the test server: reads lines and writes octets, plain or over TLS, with a transcript.
 *
 * A failure (the peer left, TLS failed, 120 s without progress, dropped on purpose) is kept in `failed`. From then
 * on writing does nothing and reading returns NULL, so callers need to check the flag only once per command.
 */
struct pop3_wire {
	int fd;
	int transcript;	      /* opened with O_APPEND, or -1 */
	gnutls_session_t tls; /* NULL while plain */
	bool failed;
	/*
	 * greets before the client's end of the handshake (RFC 8446, 4.4.4), in one segment with the server's own
	 * end
	 */
	bool early;
	uint64_t body_left; /* octets of bodies until the connection is dropped; UINT64_MAX: never */
	const char *hold;   /* directory; NULL: nothing waits */
	uint64_t hold_left; /* octets of bodies until the step BODY */
	size_t in_start, in_end;
	size_t out_used, kept_used;
	char kept[8192]; /* the segment of an early greeting */
	char in[16384];
	char out[65536];
};

/* Takes over FD and makes it non-blocking. The caller still owns TRANSCRIPT. */
void pop3_wire_init(struct pop3_wire *wire, int fd, int transcript);

/*
 * Performs the server's side of a handshake; ASK_CLIENT requires a certificate. Text in the clear instead of TLS
 * goes to the transcript, and is a failure.
 */
bool pop3_wire_start_tls(struct pop3_wire *wire, gnutls_certificate_credentials_t credentials, const char *priority,
    bool ask_client);

/* Asks the client to renegotiate (RFC 5246, 7.4.1.1). If the client does so, the transcript records it. */
void pop3_wire_rehandshake(struct pop3_wire *wire);

/*
 * Sends what is buffered, then returns the next line without its line end, as a string that is valid until the next
 * call. *LEN is its length. Returns NULL at the end of the connection and on failure.
 */
char *pop3_wire_read_line(struct pop3_wire *wire, size_t *len);

/* Returns whether the client has sent more than the lines read so far. */
bool pop3_wire_has_input(const struct pop3_wire *wire);

/* Buffers the first line of a reply and records it. */
void pop3_wire_reply(struct pop3_wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Buffers a further line of a reply. */
void pop3_wire_line(struct pop3_wire *wire, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Buffers octets unchanged; sends them whenever 64 KiB are full. */
void pop3_wire_write(struct pop3_wire *wire, const void *data, size_t len);

/* The same for octets of a body, which count towards body_left. */
void pop3_wire_write_body(struct pop3_wire *wire, const void *data, size_t len);

/* Sends what is buffered. */
bool pop3_wire_flush(struct pop3_wire *wire);

/*
 * Sends everything buffered, then waits while the file STEP exists in the directory `hold`, and creates the file
 * "held" beside it.
 */
void pop3_wire_hold(struct pop3_wire *wire, const char *step);

/* Sends what is buffered, then ends the TCP connection without a close_notify. */
void pop3_wire_drop(struct pop3_wire *wire);

/* Ends the connection properly if it has not failed, and frees what init allocated. */
void pop3_wire_close(struct pop3_wire *wire);

#endif
