#include "config.h"

#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *bytes, size_t length)
{
	const unsigned char *from = bytes;
	char *to = buf_reserve(out, (length + 2) / 3 * 4 + 1);

	for (size_t i = 0; i < length; i += 3) {
		uint32_t group = (uint32_t)from[i] << 16;

		group |= i + 1 < length ? (uint32_t)from[i + 1] << 8 : 0;
		group |= i + 2 < length ? from[i + 2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = i + 1 < length ? digits[group >> 6 & 63] : '=';
		*to++ = i + 2 < length ? digits[group & 63] : '=';
	}
	out->length += (length + 2) / 3 * 4;
}

bool base64_decode(struct buf *out, const char *text, size_t length)
{
	size_t padding = 0;
	uint32_t group = 0;
	char *to = buf_reserve(out, length / 4 * 3 + 1);

	if (length % 4 != 0)
		return false;
	while (padding < 2 && length > padding && text[length - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < length; i++) {
		const char *digit = i < length - padding ? memchr(digits, text[i], 64) : digits;

		if (!digit)
			return false;
		group = group << 6 | (uint32_t)(digit - digits);
		if (i % 4 != 3)
			continue;
		*to++ = (char)(group >> 16 & 255);
		*to++ = (char)(group >> 8 & 255);
		*to++ = (char)(group & 255);
	}
	out->length += length / 4 * 3 - padding;
	return true;
}
