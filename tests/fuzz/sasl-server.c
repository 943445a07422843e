#include "config.h"

#include "sasl-server.h"

#include <nettle/base64.h>

/* Decodes the last word of a line. */
static void decode_last(const char *line, size_t length, char *out, size_t size)
{
	struct base64_decode_ctx base64;
	size_t end = length, begin, made = 0;

	while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n'))
		end--;
	for (begin = end; begin > 0 && line[begin - 1] != ' ';)
		begin--;
	base64_decode_init(&base64);
	if (end - begin >= size || !base64_decode_update(&base64, &made, (uint8_t *)out, end - begin, line + begin))
		made = 0;
	out[made] = '\0';
}

/* Takes the client's output. The first message of SCRAM ends with its nonce (RFC 5802, 7). */
static enum channel_status hear(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct sasl_server *s = context;
	char text[512] = "";
	const char *nonce;

	(void)err;
	*sent = size;
	buf_append(&s->heard, bytes, size);
	if (size < 5 || memcmp(bytes, "AUTH ", 5) != 0)
		return CHANNEL_DONE;
	decode_last(bytes, size, text, sizeof(text));
	nonce = strstr(text, ",r=");
	snprintf(s->nonce, sizeof(s->nonce), "%.200s", nonce ? nonce + 3 : "");
	return CHANNEL_DONE;
}

/* Encodes the challenge after "+ ", with the nonce inserted, in base64. */
static void encode(struct sasl_server *s, const char *text, size_t length)
{
	struct base64_encode_ctx base64;
	struct buf raw = {0};

	for (size_t i = 0; i < length; i++)
		buf_append(&raw, text[i] == '$' ? s->nonce : text + i, text[i] == '$' ? strlen(s->nonce) : 1);
	base64_encode_init(&base64);
	buf_reserve(&s->out, BASE64_ENCODE_LENGTH(raw.length) + BASE64_ENCODE_FINAL_LENGTH);
	s->out.length +=
	    base64_encode_update(&base64, s->out.data + s->out.length, raw.length, (const uint8_t *)buf_string(&raw));
	s->out.length += base64_encode_final(&base64, s->out.data + s->out.length);
	buf_free(&raw);
}

/* Prepares the next answer; returns false if there are no more. */
static bool answer(struct sasl_server *s)
{
	const char *line = (const char *)s->lines.at;
	const char *end = s->lines.left > 0 ? memchr(line, '\n', s->lines.left) : NULL;
	size_t length = end ? (size_t)(end - line) : s->lines.left;

	if (s->lines.left == 0 || ++s->answers > SASL_ANSWERS_MOST)
		return false;
	if (!s->raw && length >= 2 && memcmp(line, "+ ", 2) == 0) {
		buf_append_string(&s->out, "+ ");
		encode(s, line + 2, length - 2);
	} else {
		buf_append(&s->out, line, length);
	}
	buf_append_string(&s->out, "\r\n");
	length += end != NULL;
	if (s->endless && length == s->lines.left)
		return true;
	s->lines.at += length;
	s->lines.left -= length;
	return true;
}

static enum channel_status say(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct sasl_server *s = context;

	(void)err;
	if (s->out.length == 0 && !answer(s))
		return CHANNEL_END;
	*got = size < s->out.length ? size : s->out.length;
	memcpy(bytes, s->out.data, *got);
	buf_consume(&s->out, *got);
	return CHANNEL_DONE;
}

static void leave(void *context)
{
	(void)context;
}

void sasl_server_start(struct sasl_server *s, bool secure, const char *mechanisms)
{
	s->ops = (struct channel_ops){.secure = secure, .receive = say, .send = hear, .close = leave};
	buf_append_format(&s->out, "+OK\r\nSASL %s\r\n.\r\n", mechanisms);
}

void sasl_server_free(struct sasl_server *s)
{
	buf_free(&s->out);
	buf_free(&s->heard);
}
