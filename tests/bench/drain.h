/* The state of a drain's session, shared by drain.c, which fetches, and drain_store.c, which stores. */
#ifndef BENCH_DRAIN_H
#define BENCH_DRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>

#include "base/digest.h"

enum {
	RAW_SIZE = 256 * 1024,	 /* ciphertext that one recv may return */
	IN_SIZE = 64 * 1024,	 /* plain text: a few records, so that it stays in the cache */
	OUT_SIZE = 512 * 1024,	 /* octets of one write at most */
	WINDOW = 1024,		 /* RETRs in flight; their commands fit into any socket's buffers */
	COMMAND_SIZE = 24,	 /* of one RETR, at most */
	SECTOR = 4096,		 /* unit of a disk's writes */
	TERMINATOR = 5,		 /* octets of CRLF "." CRLF */
	NEAR = 2000,		 /* limit of a short round trip in microseconds */
	EARLY = 8 * 1024 * 1024, /* a larger message is written to disk while the rest of it arrives */
	AT_ONCE = 64 * 1024	 /* octets worth waking up for, if that many will certainly arrive */
};

struct drain {
	int fd, tmp, new;
	gnutls_session_t tls;
	char raw[RAW_SIZE], in[IN_SIZE];
	_Alignas(4096) char out[OUT_SIZE];
	size_t raw_begin, raw_end, in_begin, in_end, out_end;
	unsigned long count, asked, done;
	uint64_t octets;       /* octets of bodies consumed */
	uint64_t total, least; /* by LIST: the sum of all messages, and the smallest one */
	bool near, patient;
	bool past_cache; /* large messages are written past the page cache */
	bool direct;	 /* the message that arrives is written so */
	bool digests;	 /* computes SHA-256 of stored messages */
	struct digest digest;
};

/* Prints the message and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* Appends another record to the rest in `in`, which is short. */
void fill(struct drain *d);

/* Messages are written to DIR/tmp, each as soon as it has arrived. */
void open_maildir(struct drain *d, const char *path);
void store_body(struct drain *d);

/* Syncs everything at once, then renames all messages, then syncs the directory. */
void put_in_place(struct drain *d);

#endif
