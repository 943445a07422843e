#include "config.h"

#include "fetch/connect.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mechanism.h"
#include "base/redact.h"
#include "config/account.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "pop3/capability.h"
#include "pop3/login.h"
#include "pop3/login_choose.h"
#include "pop3/login_parameters.h"
#include "pop3/sasl.h"
#include "pop3/session.h"
#include "tls/dane.h"
#include "tls/tls.h"

/* The first lines of the remembered capabilities of a server that fails at a command. No capability begins with "!". */
static const struct {
	const char *line;
	size_t offset; /* of the bool in connect_memory */
} marks[] = {
    {"!CAPA\n", offsetof(struct connect_memory, without_capa)},
    {"!STLS-CAPA\n", offsetof(struct connect_memory, without_clear_capa)},
    {"!UTF8\n", offsetof(struct connect_memory, without_utf8)},
};

enum { MARKS = sizeof(marks) / sizeof(marks[0]) };

static bool *mark(struct connect_memory *m, size_t i)
{
	return (bool *)((char *)m + marks[i].offset);
}

/* Sets the flags for the marks at the beginning of text. Returns the announced capabilities that follow them. */
static const char *take_marks(struct connect_memory *m, const char *text)
{
	for (size_t i = 0; i < MARKS; i++) {
		size_t length = strlen(marks[i].line);

		if (strncmp(text, marks[i].line, length) != 0)
			continue;
		*mark(m, i) = true;
		text += length;
	}
	return text;
}

/* Notes for the next runs what the server announced and which commands to leave out. */
static void note_announced(struct connection *c, struct connect_memory *m, const char *text)
{
	buf_clear(&c->announced);
	for (size_t i = 0; i < MARKS; i++) {
		if (*mark(m, i))
			buf_append_string(&c->announced, marks[i].line);
	}
	buf_append_string(&c->announced, text);
}

/* Adds a hint for a handshake that failed for another reason than the certificate. */
static bool hint_handshake(const struct account *a, struct error *err)
{
	if (err->kind != ERROR_NETWORK && err->hint[0])
		return false;
	if (err->kind == ERROR_NETWORK)
		return error_hint(err,
		    "the next run tries again; if this persists, check port, or fetch fewer accounts at a time (jobs)");
	if (a->tls.starttls)
		return error_hint(err,
		    "the server announced STLS but did not start TLS: use port 995 if the server offers it");
	return error_hint(err,
	    "if the port does not speak TLS from the start, use port 995, or set tls = starttls for port 110");
}

/* Adds a hint for a missing greeting: a server that waits for TLS sends nothing in the clear. */
static bool hint_silence(struct error *err)
{
	if (err->kind != ERROR_NETWORK)
		return false;
	return error_hint(err,
	    "if the port speaks TLS from the start, as 995 does, remove tls = starttls; the next run tries again");
}

/* Starts TLS at once, or after STLS (RFC 8314, 3; RFC 2595, 4). */
static bool secure(struct connection *c, const struct account *a, const struct tls_options *tls, const struct log *log,
    const struct connect_memory *m, enum step *step, struct error *err)
{
	if (a->tls.starttls) {
		*step = STEP_GREETING;
		if (!session_greet(c->session, err))
			return hint_silence(err);
		if (!m->without_clear_capa && session_may_send_capa(c->session) &&
		    !session_ask_capabilities(c->session, err))
			return false;
		*step = STEP_TLS;
		return (session_ask_stls(c->session, err) && tls_start(c->stream, tls, log, err)) ||
		    hint_handshake(a, err);
	}
	*step = STEP_TLS;
	if (!tls_start(c->stream, tls, log, err))
		return hint_handshake(a, err);
	*step = STEP_GREETING;
	return session_greet(c->session, err);
}

/* Asks for the capabilities before the login, and notes the answer. */
static bool ask(struct connection *c, struct connect_memory *m, struct error *err)
{
	struct buf text = {0};

	if (!session_ask_capabilities(c->session, err))
		return false;
	capability_write(session_capabilities(c->session), &text);
	note_announced(c, m, buf_string(&text));
	buf_free(&text);
	return true;
}

/* Logs the logins the server offers, and the one that is chosen. */
static void log_login(const struct session *s, const struct login *l, const struct log *log)
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
	log_fact(log, "login.mechanism", "%s", mechanism_name(m));
	log_fact(log, "login.channel_binding", "%s", m->binds && session_binding(s, &binding) ? binding.type : "none");
}

/*
 * Returns whether the server offers less than in earlier runs. If SASLprep would change the password, it may be sent as
 * it is by the weakest mechanism; an attacker has no influence on that.
 */
static bool is_weakened(const struct login *l, const struct connect_memory *m, const struct mechanism *best)
{
	return !l->mechanism && m->strongest && best->secret == MECHANISM_PASSWORD &&
	    best->strength < m->strongest->strength && sasl_preparation(l) == SASL_UNCHANGED;
}

static bool refuse_weaker(const struct account *a, const struct connect_memory *m, const struct mechanism *best,
    struct error *err)
{
	error_set(err, ERROR_AUTH, "not tried with %s, because earlier runs used %s, which is stronger",
	    mechanism_name(best), mechanism_name(m->strongest));
	err->temporary = true;
	return error_hint(err,
	    "if its operator has changed the server, run mailhaul --accept-weaker-login %s; otherwise another host "
	    "may be impersonating it",
	    a->name);
}

/*
 * Logs in by the strongest mechanism available, but never by a weaker one than was already tried in this run, or used
 * in an earlier one.
 */
static bool log_in_by(struct connection *c, const struct account *a, const struct login *l, struct connect_memory *m,
    struct error *err)
{
	struct login chosen = *l;
	const struct mechanism *best = login_choose(c->session, l, err);

	if (!best)
		return false;
	if (m->tried && best->strength < m->tried->strength) {
		chosen.mechanism = best = m->tried;
		if (!login_choose(c->session, &chosen, err)) /* the server no longer offers it */
			return false;
	}
	if (is_weakened(l, m, best))
		return refuse_weaker(a, m, best, err);
	m->tried = best;
	return login_run(c->session, &chosen, err);
}

static bool log_in_and_record(struct connection *c, const struct account *a, const struct login *l,
    struct connect_memory *m, const struct log *log, struct error *err)
{
	int64_t start = deadline_clock();

	log_login(c->session, l, log);
	if (!log_in_by(c, a, l, m, err))
		return false;
	log_number(log, "times.login", deadline_clock() - start);
	return true;
}

static bool log_in(struct connection *c, const struct account *a, const struct log *log, const char *remembered,
    struct connect_memory *m, struct error *err)
{
	struct error first;
	bool missing = false;
	struct login l = {.mechanism = a->login.mechanism,
	    .secret = a->login.password,
	    .user = a->login.user,
	    .host = a->server,
	    .port = a->port,
	    .used = &m->used,
	    .utf8_apart = m->utf8_apart,
	    .log = log};

	if (a->login.source == SECRET_TOKEN_COMMAND)
		l.kind = MECHANISM_TOKEN;
	if (m->without_capa && !remembered)
		remembered = "";
	if (!remembered)
		return ask(c, m, err) && log_in_and_record(c, a, &l, m, log, err);
	session_assume_capabilities(c->session, remembered);
	/*
	 * Remembered capabilities are not noted again, so that the server is asked once a day whether they have
	 * changed.
	 */
	if (m->learned)
		note_announced(c, m, remembered);
	if (m->without_capa)
		return log_in_and_record(c, a, &l, m, log, err);
	l.alone = true;
	l.missing = &missing;
	if (log_in_by(c, a, &l, m, err))
		return true;
	l.alone = false;
	l.missing = NULL;
	/* The server may have refused because its capabilities have changed. Only then is the login tried again. */
	if (err->kind != ERROR_AUTH && (err->kind != ERROR_PROTOCOL || !err->server[0]))
		return false;
	first = *err;
	if (ask(c, m, err) && (missing || strcmp(take_marks(m, buf_string(&c->announced)), remembered) != 0))
		return log_in_by(c, a, &l, m, err);
	*err = first;
	return false;
}

/* Looks up the server's TLSA records, within connect_timeout. */
static bool look_up_tlsa(struct connection *c, const struct account *a, struct error *err)
{
	char *host;
	size_t length;
	bool ok;

	if (!tls_ascii_name(a->server, &host, err))
		return false;
	length = strlen(host);
	if (length > 1 && host[length - 1] == '.')
		host[length - 1] = '\0';
	ok = dane_look_up(&c->dane, host, a->port, deadline_in(a->limits.connect_timeout), err);
	free(host);
	return ok;
}

/*
 * Notes that a command is to be left out, and what was announced until then. Returns false if it was already left
 * out.
 */
static bool leave_out(struct connection *c, struct connect_memory *m, bool *without)
{
	if (*without)
		return false;
	*without = m->learned = true;
	if (c->announced.length > 0) {
		buf_clear(&m->announced);
		buf_append_string(&m->announced, buf_string(&c->announced));
	} else if (m->announced.length == 0 && m->known) {
		buf_append_string(&m->announced, m->known);
	}
	return true;
}

/* Returns what the next connection should do differently, as a text for the log, or NULL if nothing would help. */
static const char *find_better(struct connection *c, struct connect_memory *m, const struct error *err)
{
	enum session_command fault = session_fault(c->session);
	bool crowded = err->kind == ERROR_NETWORK && session_is_crowded(c->session);

	if (fault == COMMAND_CAPA && !session_is_secure(c->session))
		return leave_out(c, m, &m->without_clear_capa) ? "without CAPA before STLS" : NULL;
	if (fault == COMMAND_CAPA)
		return leave_out(c, m, &m->without_capa) ? "without CAPA" : NULL;
	/* If the server closed the connection, the cause may be a command that was sent along with UTF8. */
	if (fault == COMMAND_UTF8 &&
	    (m->utf8_apart || !crowded || session_awaited(c->session) != COMMAND_UTF8 ||
		stream_time_over(c->stream) > 0))
		return leave_out(c, m, &m->without_utf8) ? "without UTF8" : NULL;
	/* Before the login, only UTF8 is sent together with another command. */
	if (m->utf8_apart || !crowded)
		return NULL;
	m->utf8_apart = true;
	return "with UTF8 sent on its own";
}

/* Returns whether a connection that failed with *err should be retried in another way, which is then noted in *m. */
static bool learn_from_failure(struct connection *c, struct connect_memory *m, const struct log *log,
    const struct error *err)
{
	const char *better = c->session ? find_better(c, m, err) : NULL;

	if (better)
		log_line(log, LOG_VERBOSE, "%s; trying again %s", err->cause, better);
	return better != NULL;
}

static bool reach(struct connection *c, const struct account *a, const struct log *log, struct connect_memory *m,
    struct error *err)
{
	char *host;
	bool ok;

	if (!tls_ascii_name(a->server, &host, err))
		return false;
	ok = stream_connect(&c->stream, host, a->port, a->limits.connect_timeout, a->limits.timeout, log, &m->winner,
	    err);
	free(host);
	if (ok && m->until > 0)
		stream_set_deadline(c->stream, m->until);
	return ok;
}

static bool open_once(struct connection *c, const struct account *a, struct tls_options *tls, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *m, enum step *step, struct error *err)
{
	bool ok;

	redact_begin(a->login.password);
	*step = STEP_TLSA;
	if (a->tls.trust == TLS_BY_DANE && !c->dane && !look_up_tlsa(c, a, err))
		return false;
	tls->dane = c->dane;
	*step = STEP_CONNECT;
	if (!reach(c, a, log, m, err))
		return false;
	c->session = session_make(c->stream, log, a->delivery.crlf);
	if (!pipelining)
		session_forbid_pipelining(c->session);
	if (m->without_capa)
		session_forbid_capa(c->session);
	if (m->without_utf8)
		session_forbid_utf8(c->session);
	ok = secure(c, a, tls, log, m, step, err);
	/*
	 * Capabilities announced before TLS are forgotten and asked for again; session_list does the same after the
	 * login.
	 */
	if (ok) {
		*step = STEP_LOGIN;
		ok = log_in(c, a, log, remembered, m, err);
		c->refused = !ok && login_was_refused(err);
	}
	return ok;
}

bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *m, enum step *step, struct error *err)
{
	struct tls_options tls = {
	    .trust = trust,
	    .name = a->tls.server_name ? a->tls.server_name : a->server,
	    .proof = a->tls.trust,
	    .pins = a->tls.pins,
	    .priority = a->tls.priority,
	    .newest_only = a->tls.newest_only,
	};
	bool again;

	*c = (struct connection){0};
	if (remembered)
		remembered = take_marks(m, remembered);
	do {
		if (m->announced.length > 0)
			remembered = take_marks(m, buf_string(&m->announced));
		if (open_once(c, a, &tls, log, pipelining, remembered, m, step, err))
			return true;
		again = learn_from_failure(c, m, log, err);
		connect_close(c, false);
	} while (again);
	return false;
}

bool connect_failed_at_capa(struct connection *c, struct connect_memory *m, const struct error *err)
{
	return err->kind != ERROR_INTERRUPTED && c->session && session_fault(c->session) == COMMAND_CAPA &&
	    leave_out(c, m, &m->without_capa);
}

deadline connect_run_end(const struct account *a)
{
	return deadline_in(a->limits.max_time);
}

bool connect_fail_late(const struct connect_memory *m, struct error *err)
{
	if (err->kind == ERROR_NETWORK && m->until > 0 && deadline_left(m->until) == 0)
		error_set(err, ERROR_NETWORK, "max_time reached before the server listed all messages");
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
	redact_end();
}
