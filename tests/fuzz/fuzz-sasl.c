/*
 * A login to a server whose answers are the input. Input: flags, then a line for each answer.
 *
 * Flags: 1 and 2: it offers PLAIN, SCRAM-SHA-1, SCRAM-SHA-256, or only USER and PASS; 4: there is no TLS; 8:
 * challenges are sent unchanged; 16: the last line is repeated; 32: a token is used instead, by XOAUTH2 or
 * OAUTHBEARER; 64: LOGIN, CRAM-MD5 or EXTERNAL by name.
 *
 * A challenge "+ text" is sent in base64, and '$' in it becomes the client's nonce, without which SCRAM ends early.
 * No such server can prove that it knows the password, and none may keep the client busy.
 */
#include "config.h"

#include "base/error.h"
#include "base/secret.h"
#include "io/stream.h"
#include "pop3/login.h"
#include "pop3/login_parameters.h"
#include "pop3/session.h"
#include "sasl-server.h"

static const char password[] = "pencil!secret";

enum { OFFER_PLAIN, OFFER_SHA_1, OFFER_SHA_256, OFFER_NONE };

/* Sets what the flags request, and returns the mechanisms for the server to offer. */
static const char *ask(struct login *l, unsigned flags)
{
	static const char *const tokens[] = {"XOAUTH2", "OAUTHBEARER", "XOAUTH2 OAUTHBEARER", "PLAIN"};
	static const char *const named[] = {"login", "cram-md5", "external", "gssapi"};

	if (flags & 32) {
		l->kind = MECHANISM_TOKEN;
		return tokens[flags & 3];
	}
	if (!(flags & 64))
		return NULL;
	l->mechanism = mechanism_find(named[flags & 3]);
	if (l->mechanism->secret == MECHANISM_NOTHING)
		l->secret = NULL;
	return "LOGIN CRAM-MD5 EXTERNAL";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const offers[] = {"PLAIN", "SCRAM-SHA-1 PLAIN", "SCRAM-SHA-256", "X-OTHER"};
	struct sasl_server server = {.lines = {data, size}};
	unsigned flags = take_octet(&server.lines), offer = flags & 3;
	bool other = flags & (32 | 64);
	bool secure = !(flags & 4), ok;
	struct secret *secret = secret_make(password, sizeof(password) - 1);
	struct login login = {.secret = secret, .user = "me", .host = "localhost", .port = 995};
	const char *offered = ask(&login, flags);
	struct session *session;
	struct stream *stream;
	struct error err;

	server.raw = flags & 8;
	server.endless = flags & 16;
	sasl_server_start(&server, secure, offered ? offered : offers[offer]);
	stream = stream_make((struct channel){&server.ops, &server, -1}, 60);
	session = session_make(stream, NULL, false);
	error_clear(&err);
	MUST(session_ask_capabilities(session, &err));
	buf_clear(&server.heard);
	ok = login_run(session, &login, &err);
	MUST(ok || fuzz_error_is_good(&err));
	MUST(secure || (!ok && server.heard.length == 0));
	/* SCRAM requires a proof, and does not reveal the password. */
	MUST(!ok || other || offer == OFFER_PLAIN || offer == OFFER_NONE);
	/* Only after PLAIN, and only if the server does not know it, USER and PASS are sent. */
	MUST(((offer == OFFER_NONE || offer == OFFER_PLAIN) && !other) || !strstr(buf_string(&server.heard), password));
	MUST(server.answers < SASL_ANSWERS_MOST);
	session_free(&session);
	stream_close(&stream);
	secret_free(&secret);
	sasl_server_free(&server);
	return 0;
}
