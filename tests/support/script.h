#ifndef MAILHAUL_TESTS_SCRIPT_H
#define MAILHAUL_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct stream;

/*
 * A stream whose other side is a script: it returns the server's bytes in pieces of a chosen size and keeps what
 * the client sends.
 */
struct script {
	const char *server; /* the server's output */
	size_t server_length;
	size_t piece;	     /* octets returned at a time at most; 0: any number */
	bool cut;	     /* at the end of the script the stream ends; otherwise waiting times out */
	bool secure;	     /* presents itself as TLS */
	const char *binding; /* the type of channel binding; NULL: no binding */
	size_t given;
	char client[65536]; /* what the client sent, terminated */
	size_t client_length;
};

/* Makes a stream over the script, which must outlive it. */
struct stream *script_stream(struct script *s);

#endif
