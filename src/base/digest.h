#ifndef MAILHAUL_BASE_DIGEST_H
#define MAILHAUL_BASE_DIGEST_H

#include <stddef.h>

#include <nettle/sha2.h>

enum {
	DIGEST_SIZE = SHA256_DIGEST_SIZE,
	DIGEST_MD5_HEX = 32, /* hexadecimal digits of an MD5 digest */
	DIGEST_SHORT = 16,   /* leading bytes of a digest that are enough to distinguish messages */
};

/* The state of a SHA-256 computation over data that arrives in pieces. */
struct digest {
	struct sha256_ctx ctx;
};

void digest_start(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t length);

/* Writes the 32 bytes of the digest and prepares *d for new data. */
void digest_end(struct digest *d, unsigned char out[DIGEST_SIZE]);

/*
 * Writes the first `size` bytes of PBKDF2 with HMAC-SHA-256 (RFC 8018, section 5.2) over a secret. It is slow on
 * purpose: the result may become public, and it must not help anybody guess the secret.
 */
void digest_slow(unsigned char *out, size_t size, const char *secret, size_t length, const char *salt, unsigned rounds);

/* Returns the version of Nettle that mailhaul was built against, for --version. */
const char *digest_library_version(void);

/* Writes `length` bytes in lower-case hexadecimal. `out` must have room for 2 * length + 1 bytes. */
void digest_hex(char *out, const unsigned char *octets, size_t length);

/*
 * Writes the MD5 of the concatenation of two texts in hexadecimal, with a NUL. APOP requires MD5; nothing else may
 * use it.
 */
void digest_md5_hex(char out[DIGEST_MD5_HEX + 1], const char *first, const char *second);

#endif
