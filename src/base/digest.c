#include "config.h"

#include "base/digest.h"

#include <stdint.h>
#include <string.h>

#include <nettle/md5.h>
#include <nettle/pbkdf2.h>
#include <nettle/version.h>

#include "base/platform.h"

/* Nettle 4.0 dropped the length of a digest function's result. Here, it is always that of the complete digest. */
#if NETTLE_VERSION_MAJOR >= 4
#define END_OF(hash, ctx, size, out) hash##_digest(ctx, out)
#else
#define END_OF(hash, ctx, size, out) hash##_digest(ctx, size, out)
#endif

void digest_start(struct digest *d)
{
	sha256_init(&d->ctx);
}

void digest_add(struct digest *d, const void *bytes, size_t length)
{
	sha256_update(&d->ctx, length, bytes);
}

void digest_end(struct digest *d, unsigned char out[DIGEST_SIZE])
{
	END_OF(sha256, &d->ctx, DIGEST_SIZE, out);
}

void digest_hex(char *out, const unsigned char *octets, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		out[2 * i] = digits[octets[i] >> 4];
		out[2 * i + 1] = digits[octets[i] & 15];
	}
	out[2 * length] = '\0';
}

void digest_md5_hex(char out[DIGEST_MD5_HEX + 1], const char *first, const char *second)
{
	unsigned char octets[MD5_DIGEST_SIZE];
	struct md5_ctx ctx;

	md5_init(&ctx);
	md5_update(&ctx, strlen(first), (const uint8_t *)first);
	md5_update(&ctx, strlen(second), (const uint8_t *)second);
	END_OF(md5, &ctx, sizeof(octets), octets);
	digest_hex(out, octets, sizeof(octets));
	platform_wipe(&ctx, sizeof(ctx));
}

void digest_slow(unsigned char *out, size_t size, const char *secret, size_t length, const char *salt, unsigned rounds)
{
	pbkdf2_hmac_sha256(length, (const uint8_t *)secret, rounds, strlen(salt), (const uint8_t *)salt, size, out);
}

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor) TEXT_OF(major) "." TEXT_OF(minor)

const char *digest_library_version(void)
{
	return VERSION_TEXT(NETTLE_VERSION_MAJOR, NETTLE_VERSION_MINOR);
}
