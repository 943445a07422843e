#include "config.h"

#include "pop3/oauth.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/mechanism.h"
#include "base/secret.h"
#include "pop3/login_parameters.h"

/* Returns whether a text consists of visible ASCII, the most that a token may contain (RFC 6750, 2.1., allows less). */
static bool is_token(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c <= ' ' || *c > '~')
			return false;
	}
	return *text;
}

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

static bool is_bearer(const struct mechanism *m)
{
	return strcmp(m->sasl, "OAUTHBEARER") == 0;
}

/* Appends the header "n,a=USER," and escapes the two characters that have a meaning in it (RFC 5801, 4.). */
static void append_header(struct buf *out, const struct login *l)
{
	buf_append_string(out, "n,a=");
	for (const char *c = l->user; *c; c++) {
		if (*c == ',' || *c == '=')
			buf_append_string(out, *c == ',' ? "=2C" : "=3D");
		else
			buf_append(out, c, 1);
	}
	buf_append_format(out, ",\001host=%s\001port=%u\001", l->host, l->port);
}

bool oauth_response(const struct mechanism *m, const struct login *l, struct buf *response, struct error *err)
{
	struct buf text = {0};

	if (!is_token(secret_text(l->secret))) {
		error_set(err, ERROR_CONFIG,
		    "token_command printed no token: "
		    "its first line is empty, or contains spaces or control characters");
		return error_hint(err, "make it print only the access token on its first line");
	}
	if (has_control(l->user)) {
		error_set(err, ERROR_CONFIG, "user contains a control character, which %s cannot transmit", m->sasl);
		return error_hint(err, "correct user");
	}
	/* Reserve room first, because a buffer that moves would leave a copy of the token in memory. */
	buf_reserve(&text, 3 * strlen(l->user) + strlen(l->host) + secret_length(l->secret) + 64);
	if (is_bearer(m))
		append_header(&text, l);
	else
		buf_append_format(&text, "user=%s\001", l->user);
	buf_append_string(&text, "auth=Bearer ");
	buf_append_string(&text, secret_text(l->secret));
	buf_append_string(&text, "\001\001");
	base64_encode(response, text.data, text.length);
	buf_wipe(&text);
	return true;
}

void oauth_reason(const char *challenge, size_t length, struct buf *reason)
{
	if (!base64_decode(reason, challenge, length))
		buf_append(reason, challenge, length);
}

const char *oauth_acknowledgement(const struct mechanism *m)
{
	return is_bearer(m) ? "AQ==" /* the octet 1 */ : "";
}
