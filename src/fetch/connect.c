#include "config.h"

#include "fetch/connect.h"

#include "base/error.h"
#include "config/account.h"
#include "io/stream.h"
#include "pop3/login.h"
#include "pop3/session.h"

bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char **step, struct error *err)
{
	struct stream_tls tls = {.trust = trust, .host = a->server};
	bool ok;

	*c = (struct connection){0};
	*step = "connect";
	if (!stream_connect(&c->stream, a->server, a->port, a->connect_timeout, a->timeout, log, err))
		return false;
	c->session = session_make(c->stream, log, a->crlf);
	if (!pipelining)
		session_forbid_pipelining(c->session);
	if (a->starttls) {
		*step = "greeting";
		ok = session_greet(c->session, err) && session_ask_capabilities(c->session, err);
		*step = ok ? "TLS" : *step;
		ok = ok && session_start_tls(c->session, &tls, err);
	} else {
		*step = "TLS";
		ok = stream_start_tls(c->stream, &tls, log, err);
		*step = ok ? "greeting" : *step;
		ok = ok && session_greet(c->session, err);
	}
	/* What was announced before TLS, and before the login, is forgotten and asked again. */
	ok = ok && session_ask_capabilities(c->session, err);
	if (ok) {
		*step = "login";
		ok = login_run(c->session, a->user, a->password, err) && session_ask_capabilities(c->session, err);
	}
	if (!ok)
		connect_close(c, false);
	return ok;
}

void connect_close(struct connection *c, bool properly)
{
	session_free(&c->session);
	if (properly)
		stream_shut(c->stream);
	stream_close(&c->stream);
}
