#include "config.h"

#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include <nettle/base64.h>

#include "base/buf.h"

void base64_encode(struct buf *out, const void *bytes, size_t length)
{
	size_t size = BASE64_ENCODE_RAW_LENGTH(length);

	base64_encode_raw(buf_reserve(out, size), length, bytes);
	out->length += size;
}

bool base64_decode(struct buf *out, const char *text, size_t length)
{
	struct base64_decode_ctx ctx;
	/* Nettle 4.0 reads the size of the output's room here, and older versions only write how much they used. */
	size_t size = BASE64_DECODE_LENGTH(length);
	uint8_t *to = (uint8_t *)buf_reserve(out, size);

	base64_decode_init(&ctx);
	/* Nettle's decoder skips white space; reject it here. */
	for (size_t i = 0; i < length; i++) {
		if (strchr(" \t\r\n\v\f", text[i]))
			return false;
	}
	if (length % 4 != 0 || !base64_decode_update(&ctx, &size, to, length, text) || !base64_decode_final(&ctx))
		return false;
	out->length += size;
	return true;
}
