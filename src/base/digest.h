#ifndef MAILHAUL_BASE_DIGEST_H
#define MAILHAUL_BASE_DIGEST_H

#include <stddef.h>

#include <nettle/sha2.h>

enum {
	DIGEST_SIZE = SHA256_DIGEST_SIZE,
	DIGEST_MD5_HEX = 32, /* letters of an MD5 */
	DIGEST_SHORT = 16, /* its first octets, where they only tell one thing from others */
};

/* SHA-256 of bytes that come in pieces. */
struct digest {
	struct sha256_ctx ctx;
};

void digest_start(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t length);

/* Writes the 32 octets and makes *d ready for another text. */
void digest_end(struct digest *d, unsigned char out[DIGEST_SIZE]);

/*
 * The first `size` octets of PBKDF2 with HMAC-SHA-256 (RFC 8018, 5.2) over a secret: slow on purpose, for what
 * others may see and must not guess from.
 */
void digest_slow(unsigned char *out, size_t size, const char *secret, size_t length, const char *salt, unsigned rounds);

/* The version of the library that was built against, for --version. */
const char *digest_library_version(void);

/* Lower-case hexadecimal of length octets; out has 2 * length + 1 bytes. */
void digest_hex(char *out, const unsigned char *octets, size_t length);

/* MD5 of two texts as one, in hexadecimal; for APOP, which has nothing better. out is terminated. */
void digest_md5_hex(char out[DIGEST_MD5_HEX + 1], const char *first, const char *second);

#endif
