/* What the drain holds of a session, and its two halves: drain.c fetches, drain_store.c stores. */
#ifndef BENCH_DRAIN_H
#define BENCH_DRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gnutls/gnutls.h>
#include <nettle/sha2.h>

enum {
	RAW_SIZE = 256 * 1024,	 /* ciphertext: what one recv may bring */
	IN_SIZE = 64 * 1024,	 /* plain text: a few records, so that it stays in the cache */
	OUT_SIZE = 512 * 1024,	 /* what one write may take */
	WINDOW = 1024,		 /* RETRs in flight: their commands fit any socket's buffers */
	COMMAND_SIZE = 24,	 /* of one RETR, at the most */
	SECTOR = 4096,		 /* what a disk takes at least */
	TERMINATOR = 5,		 /* octets of CRLF "." CRLF */
	NEAR = 2000,		 /* microseconds of a round trip */
	EARLY = 8 * 1024 * 1024, /* a large message goes to the disk while the rest of it arrives */
	AT_ONCE = 64 * 1024	 /* octets worth waking up for, if so many are certain to come */
};

struct drain {
	int fd, tmp, new;
	gnutls_session_t tls;
	char raw[RAW_SIZE], in[IN_SIZE];
	_Alignas(4096) char out[OUT_SIZE];
	size_t raw_begin, raw_end, in_begin, in_end, out_end;
	unsigned long count, asked, done;
	uint64_t octets;       /* of bodies, consumed */
	uint64_t total, least; /* of all messages, and of the smallest one, as LIST says */
	bool near, patient;
	bool past_cache; /* large messages are written without the system's cache; so is, for now, */
	bool direct;	 /* the one that arrives */
	bool digests; /* takes SHA-256 of what it stores */
	struct sha256_ctx digest;
};

/* Ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* One record more behind what is left in `in`, which is little. */
void fill(struct drain *d);

/* Messages go to DIR/tmp, each as soon as it has arrived. */
void open_maildir(struct drain *d, const char *path);
void store_body(struct drain *d);

/* Everything to the disk at once, then every message into place, then the directory that says so. */
void put_in_place(struct drain *d);

#endif
