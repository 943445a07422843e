#include "config.h"

#include "fetch/connect.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mechanism.h"
#include "config/account.h"
#include "io/channel.h"
#include "io/dane.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "io/tls.h"
#include "pop3/capability.h"
#include "pop3/login.h"
#include "pop3/session.h"

/* The first line of what is remembered of a server that hangs up at CAPA; no capability can look like it. */
static const char without_capa[] = "!CAPA\n";

enum { RUN_SECONDS_MOST = 12 * 3600 }; /* of a run without max_time */

/* What to do about a handshake that failed for another reason than the certificate. */
static bool mend_handshake(const struct account *a, struct error *err)
{
	if (err->kind != ERROR_NETWORK && err->mend[0])
		return false;
	if (err->kind == ERROR_NETWORK)
		return error_mend(err, "the next run tries again; if it stays so, fetch fewer accounts at a time (jobs)");
	if (a->starttls)
		return error_mend(err, "the server announced STLS and then did not speak TLS: use port 995 if it has it");
	return error_mend(err, "if the port does not speak TLS from the start, use port 995, or tls = starttls on port 110");
}

/* A server that waits for TLS says nothing in the clear. */
static bool mend_silence(struct error *err)
{
	if (err->kind != ERROR_NETWORK)
		return false;
	return error_mend(err, "if the port speaks TLS from the start, as 995 does, drop tls = starttls; the next run tries again");
}

/* TLS from the start, or after STLS (RFC 8314, 3.; RFC 2595, 4.). */
static bool secure(struct connection *c, const struct account *a, const struct tls_options *tls, const struct log *log,
    const char **step, struct error *err)
{
	if (a->starttls) {
		*step = "greeting";
		if (!session_greet(c->session, err))
			return mend_silence(err);
		if (session_may_send_capa(c->session) && !session_ask_capabilities(c->session, err))
			return false;
		*step = "TLS";
		return session_start_tls(c->session, tls, err) || mend_handshake(a, err);
	}
	*step = "TLS";
	if (!stream_start_tls(c->stream, tls, log, err))
		return mend_handshake(a, err);
	*step = "greeting";
	return session_greet(c->session, err);
}

/* Asks, and keeps what is said before the login. */
static bool ask(struct connection *c, struct error *err)
{
	if (!session_ask_capabilities(c->session, err))
		return false;
	buf_clear(&c->announced);
	capability_write(session_capabilities(c->session), &c->announced);
	return true;
}

/* What there is to log in with, and what is taken of it. */
static void tell_login(const struct session *s, const struct login *l, const struct log *log)
{
	const struct capability *c = session_capabilities(s);
	const struct mechanism *m;
	struct channel_binding binding;
	struct error ignored;

	for (const char *word = c->sasl; *word; word += strcspn(word, " ")) {
		word += strspn(word, " ");
		if (*word)
			log_fact(log, "login.offered", "%.*s", (int)strcspn(word, " "), word);
	}
	if (c->user)
		log_fact(log, "login.offered", "USER");
	if (*session_timestamp(s))
		log_fact(log, "login.offered", "APOP");
	m = login_choose(s, l, &ignored);
	if (!m)
		return;
	log_fact(log, "login.mechanism", "%s", m->sasl ? m->sasl : strcmp(m->word, "apop") == 0 ? "APOP" : "USER");
	log_fact(log, "login.channel_binding", "%s", m->binds && session_binding(s, &binding) ? binding.type : "none");
}

static bool ask_and_log_in(struct connection *c, const struct login *l, const struct log *log, struct error *err)
{
	int64_t start = deadline_clock();

	if (!ask(c, err))
		return false;
	tell_login(c->session, l, log);
	if (!login_run(c->session, l, err))
		return false;
	log_number(log, "times.login", deadline_clock() - start);
	return true;
}

/* Asks anew and logs in as the server offers now, but never by something weaker than was tried already. */
static bool log_in_again(struct connection *c, const struct login *l, const struct mechanism *tried,
    const char *remembered, struct error *err)
{
	const struct error first = *err;
	const struct mechanism *now;

	if (!ask(c, err) || strcmp(buf_string(&c->announced), remembered) == 0) {
		*err = first;
		return false;
	}
	now = login_choose(c->session, l, err);
	if (now && tried && now->strength < tried->strength) {
		struct login before = *l;

		before.mechanism = tried;
		(void)login_choose(c->session, &before, err); /* says that it is gone */
		return false;
	}
	return login_run(c->session, l, err);
}

/* Logs in to a server that is not asked what it can do: by what it announced at another time, if it ever did. */
static bool log_in_unasked(struct connection *c, const struct login *l, const struct log *log, const char *announced,
    bool learned, struct error *err)
{
	int64_t start = deadline_clock();

	session_assume_capabilities(c->session, announced);
	/* What is remembered is not noted again, so that a server is asked once a day whether it has changed. */
	if (learned) {
		buf_append_string(&c->announced, without_capa);
		buf_append_string(&c->announced, announced);
	}
	tell_login(c->session, l, log);
	if (!login_run(c->session, l, err))
		return false;
	log_number(log, "times.login", deadline_clock() - start);
	return true;
}

static bool log_in(struct connection *c, const struct account *a, const struct log *log, const char *remembered,
    const struct connect_memory *m, struct error *err)
{
	const struct mechanism *tried;
	struct login l = {.mechanism = a->mechanism,
	    .secret = a->password,
	    .user = a->user,
	    .host = a->server,
	    .port = a->port,
	    .utf8_apart = m->utf8_apart};

	if (a->secret_source == SECRET_TOKEN_COMMAND)
		l.kind = MECHANISM_TOKEN;
	if (m->without_capa)
		return log_in_unasked(c, &l, log, remembered ? remembered : "", m->learned, err);
	if (!remembered)
		return ask_and_log_in(c, &l, log, err);
	session_assume_capabilities(c->session, remembered);
	tried = login_choose(c->session, &l, err);
	if (tried && login_run(c->session, &l, err))
		return true;
	/* It may have been refused because the server can do something else by now: only then it is tried again. */
	return (err->kind == ERROR_AUTH || (err->kind == ERROR_PROTOCOL && err->server[0])) &&
	    log_in_again(c, &l, tried, remembered, err);
}

/* What DNS says of the server, under the name that it is known by there. It has as long as a connection may take. */
static bool look_up(struct connection *c, const struct account *a, struct error *err)
{
	char *host;
	size_t length;
	bool ok;

	if (!tls_ascii_name(a->server, &host, err))
		return false;
	length = strlen(host);
	if (length > 1 && host[length - 1] == '.')
		host[length - 1] = '\0';
	ok = dane_look_up(&c->dane, host, a->port, deadline_in(a->connect_timeout), err);
	free(host);
	return ok;
}

/* Whether a connection that fails with *err is better made in another way, which *m then keeps. */
static bool learn_from_failure(const struct connection *c, struct connect_memory *m, const struct log *log,
    const struct error *err)
{
	if (err->kind != ERROR_NETWORK || !c->session)
		return false;
	if (!m->without_capa && session_hung_up_at_capa(c->session)) {
		m->without_capa = m->learned = true;
		log_line(log, LOG_VERBOSE, "%s; trying again without CAPA", err->cause);
		return true;
	}
	/* Before the login nothing but UTF8 travels with another command. */
	if (!m->utf8_apart && session_is_crowded(c->session)) {
		m->utf8_apart = true;
		log_line(log, LOG_VERBOSE, "%s; trying again with UTF8 in a turn of its own", err->cause);
		return true;
	}
	return false;
}

static bool open_once(struct connection *c, const struct account *a, struct tls_options *tls, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *m, const char **step, struct error *err)
{
	bool ok;

	*step = "TLSA";
	if (a->tls_trust == TLS_BY_DANE && !c->dane && !look_up(c, a, err))
		return false;
	tls->dane = c->dane;
	*step = "connect";
	if (!stream_connect(&c->stream, a->server, a->port, a->connect_timeout, a->timeout, log, &m->winner, err))
		return false;
	if (m->until > 0)
		stream_limit(c->stream, m->until);
	c->session = session_make(c->stream, log, a->crlf);
	if (!pipelining)
		session_forbid_pipelining(c->session);
	if (m->without_capa)
		session_forbid_capa(c->session);
	ok = secure(c, a, tls, log, step, err);
	/* What was announced before TLS is forgotten and asked again; session_list does so after the login. */
	if (ok) {
		*step = "login";
		ok = log_in(c, a, log, remembered, m, err);
		c->refused = !ok && login_was_refused(err);
	}
	return ok;
}

bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *m, const char **step, struct error *err)
{
	struct tls_options tls = {
	    .trust = trust,
	    .name = a->tls_server_name ? a->tls_server_name : a->server,
	    .proof = a->tls_trust,
	    .pins = a->tls_pins,
	    .priority = a->tls_priority,
	    .newest_only = a->tls_newest_only,
	};
	bool again;

	*c = (struct connection){0};
	if (remembered && strncmp(remembered, without_capa, strlen(without_capa)) == 0) {
		m->without_capa = true;
		remembered += strlen(without_capa);
	}
	if (m->announced.length > 0)
		remembered = buf_string(&m->announced);
	do {
		if (open_once(c, a, &tls, log, pipelining, remembered, m, step, err))
			return true;
		again = learn_from_failure(c, m, log, err);
		connect_close(c, false);
	} while (again);
	return false;
}

bool connect_hung_up_at_capa(struct connection *c, struct connect_memory *m, const struct error *err)
{
	if (err->kind != ERROR_NETWORK || !c->session || m->without_capa || !session_hung_up_at_capa(c->session))
		return false;
	m->without_capa = m->learned = true;
	buf_clear(&m->announced);
	buf_append_string(&m->announced, buf_string(&c->announced));
	return true;
}

deadline connect_run_end(const struct account *a)
{
	return deadline_in(a->max_time > 0 ? a->max_time : RUN_SECONDS_MOST);
}

bool connect_fail_late(const struct connect_memory *m, struct error *err)
{
	if (err->kind == ERROR_NETWORK && m->until > 0 && deadline_left(m->until) == 0)
		error_set(err, ERROR_NETWORK, "max_time reached before the server had listed all messages");
	return false;
}

void connect_memory_free(struct connect_memory *m)
{
	buf_free(&m->announced);
}

void connect_close(struct connection *c, bool properly)
{
	session_free(&c->session);
	if (properly)
		stream_shut(c->stream);
	stream_close(&c->stream);
	buf_free(&c->announced);
	dane_free(&c->dane);
}
