#include "config.h"

#include "sasl-server.h"

#include "base/base64.h"

/* Decodes the last word of a line. */
static void decode_last(const char *line, size_t length, struct buf *out)
{
	size_t end = length, begin;

	while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n'))
		end--;
	for (begin = end; begin > 0 && line[begin - 1] != ' ';)
		begin--;
	(void)base64_decode(out, line + begin, end - begin);
}

/* Takes the client's output. The first message of SCRAM ends with its nonce (RFC 5802, 7). */
static enum channel_status hear(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct sasl_server *s = context;
	struct buf text = {0};
	const char *nonce;

	(void)err;
	*sent = size;
	buf_append(&s->heard, bytes, size);
	if (size < 5 || memcmp(bytes, "AUTH ", 5) != 0)
		return CHANNEL_DONE;
	decode_last(bytes, size, &text);
	nonce = strstr(buf_string(&text), ",r=");
	snprintf(s->nonce, sizeof(s->nonce), "%.200s", nonce ? nonce + 3 : "");
	buf_free(&text);
	return CHANNEL_DONE;
}

/* Encodes the challenge after "+ ", with the nonce inserted, in base64. */
static void encode(struct sasl_server *s, const char *text, size_t length)
{
	struct buf raw = {0};

	for (size_t i = 0; i < length; i++)
		buf_append(&raw, text[i] == '$' ? s->nonce : text + i, text[i] == '$' ? strlen(s->nonce) : 1);
	base64_encode(&s->out, raw.data, raw.length);
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
