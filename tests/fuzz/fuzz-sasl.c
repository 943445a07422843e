/*
 * A login against a server that the input plays. Input: flags (1 and 2: it offers PLAIN,
 * SCRAM-SHA-1, SCRAM-SHA-256, or nothing but USER and PASS; 4: there is no TLS; 8: challenges are
 * sent as they are; 16: the last line comes again and again); then a line for each answer. A
 * challenge "+ text" is sent in base64, and '$' in it becomes the client's nonce, without which SCRAM
 * goes nowhere. No such server can prove that it knows the password, and none may keep the client
 * busy.
 */
#include "config.h"

#include "base/error.h"
#include "base/secret.h"
#include "io/stream.h"
#include "pop3/login.h"
#include "pop3/session.h"
#include "sasl-server.h"

static const char password[] = "pencil!secret";

enum { OFFER_PLAIN, OFFER_SHA_1, OFFER_SHA_256, OFFER_NONE };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const mechanisms[] = {"PLAIN", "SCRAM-SHA-1 PLAIN", "SCRAM-SHA-256", "X-OTHER"};
	struct sasl_server server = {.lines = {data, size}};
	unsigned flags = take_octet(&server.lines), offer = flags & 3;
	bool secure = !(flags & 4), ok;
	struct secret *secret = secret_make(password, sizeof(password) - 1);
	struct login login = {.secret = secret, .user = "me", .host = "localhost", .port = 995};
	struct session *session;
	struct stream *stream;
	struct error err;

	server.raw = flags & 8;
	server.endless = flags & 16;
	sasl_server_start(&server, secure, mechanisms[offer]);
	stream = stream_make(&server.channel, &server, -1, 60);
	session = session_make(stream, NULL, false);
	error_clear(&err);
	MUST(session_ask_capabilities(session, &err));
	buf_clear(&server.heard);
	ok = login_run(session, &login, &err);
	MUST(ok || fuzz_error_is_good(&err));
	MUST(secure || (!ok && server.heard.length == 0));
	/* SCRAM needs a proof, and keeps the password to itself. */
	MUST(!ok || offer == OFFER_PLAIN || offer == OFFER_NONE);
	MUST(offer == OFFER_NONE || !strstr(buf_string(&server.heard), password));
	MUST(server.answers < SASL_ANSWERS_MOST);
	session_free(&session);
	stream_close(&stream);
	secret_free(&secret);
	sasl_server_free(&server);
	return 0;
}
