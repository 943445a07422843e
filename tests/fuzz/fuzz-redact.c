/*
 * The server's words while a secret is known. Input: a line with the secret, and the words. The secret must not be in
 * what is shown, and has to be found in some forms, after the words.
 */
#include "config.h"

#include <ctype.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/redact.h"
#include "base/secret.h"
#include "fuzz.h"

enum { SECRET_MOST = 64 };

static bool is_apart(const char *text, size_t length, size_t start, size_t size)
{
	return (start == 0 || !isalnum((unsigned char)text[start - 1])) &&
	    (start + size == length || !isalnum((unsigned char)text[start + size]));
}

static void must_lack(const char *text, size_t length, const char *secret, size_t size)
{
	/* A mask may become part of a secret that contains one. */
	if (memchr(secret, '*', size) || memchr(secret, '\0', size))
		return;
	for (size_t at = 0; at + size <= length; at++)
		MUST(strncasecmp(text + at, secret, size) != 0 ||
		    (size <= REDACT_SHORT_MOST && !is_apart(text, length, at, size)));
}

static void must_be_found(const struct buf *text)
{
	size_t length = text->length;

	if (length > REDACT_TEXT_MOST)
		return;
	MUST(redact_finds(text->data, length));
	MUST(redact(text->data, &length) != text->data);
}

static void check_forms(const char *words, size_t length, const char *secret, size_t size)
{
	struct buf escaped = {0}, hex = {0}, inner = {0}, encoded = {0};

	buf_append(&escaped, words, length);
	buf_append_string(&escaped, " ");
	buf_append(&hex, escaped.data, escaped.length);
	for (size_t i = 0; i < size; i++) {
		buf_append_format(&escaped, "%%%02x", (unsigned char)secret[i]);
		buf_append_format(&hex, "%02X", (unsigned char)secret[i]);
	}
	must_be_found(&escaped);
	must_be_found(&hex);
	if (size > REDACT_SHORT_MOST) {
		buf_append(&inner, words, length);
		buf_append(&inner, secret, size);
		base64_encode(&encoded, inner.data, inner.length);
		must_be_found(&encoded);
	}
	buf_free(&escaped);
	buf_free(&hex);
	buf_free(&inner);
	buf_free(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = size > 0 ? memchr(text, '\n', size) : NULL;
	size_t length = end ? (size_t)(end - text) : 0, left = end ? size - length - 1 : 0, shown_length = left;
	struct secret *secret;
	const char *shown;

	if (length == 0 || length > SECRET_MOST)
		return 0;
	secret = secret_make(text, length);
	redact_begin(secret);
	shown = redact(end + 1, &shown_length);
	MUST(shown_length <= left || shown_length <= left + 4);
	if (left <= REDACT_TEXT_MOST)
		must_lack(shown, shown_length, text, length);
	check_forms(end + 1, left, text, length);
	redact_end();
	secret_free(&secret);
	return 0;
}
