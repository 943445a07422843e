#include "config.h"

#include "pop3/login.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/secret.h"
#include "io/channel.h"
#include "pop3/capability.h"
#include "pop3/login_choose.h"
#include "pop3/login_parameters.h"
#include "pop3/oauth.h"
#include "pop3/refusal.h"
#include "pop3/sasl.h"
#include "pop3/session.h"

enum {
	AUTH_LINE_MOST = 255 - 2, /* maximum octets of an AUTH line without its CRLF, 255 with it (RFC 5034, 4.) */
	CHALLENGES_MOST = 20,	  /* maximum challenges that are answered; GSSAPI needs the most, a handful */
};

static bool refused(const struct session *s, const struct session_event *event, const struct mechanism *m,
    struct error *err)
{
	bool silent = event->type == SESSION_REFUSED && event->length == 0;
	bool coded = event->type == SESSION_REFUSED && session_capabilities(s)->auth_resp_code;

	refusal_of_login(silent ? "-ERR" : event->text, silent ? 4 : event->length, coded, err);
	if (err->kind == ERROR_AUTH && m->hint)
		error_hint(err, "%s", m->hint);
	return false;
}

bool login_was_refused(const struct error *err)
{
	return err->kind == ERROR_AUTH && err->server[0];
}

/* Sends a line. Everything after its first `visible` bytes is secret. */
static bool say(struct session *s, const struct buf *line, size_t visible, struct session_event *event,
    struct error *err)
{
	return session_exchange(s, line->length > 0 ? line->data : "", line->length, visible, event, err);
}

/* Returns whether a challenge is empty. For mechanisms that ignore challenges, any text counts as empty. */
static bool is_empty(const struct mechanism *m, const struct session_event *event)
{
	return m->ignores_challenges || event->length == 0 || (event->length == 1 && *event->text == '=');
}

/*
 * Returns whether the server refuses the command or the mechanism itself, so that it has not looked at the
 * credentials.
 */
static bool is_missing(const struct session_event *event)
{
	return event->type == SESSION_REFUSED && refusal_denies_command(event->text, event->length);
}

static bool set_missing(const struct mechanism *m, const struct session_event *event, bool *missing, struct error *err)
{
	*missing = true;
	error_set(err, ERROR_PROTOCOL, "the server does not accept %s%s as a login mechanism", m->sasl ? "AUTH " : "",
	    mechanism_name(m));
	return error_server(err, event->text, event->length);
}

/*
 * Sends "AUTH mechanism", followed by the initial response if it fits ("=" stands for an empty one). A server that
 * replies with an empty challenge ignored the response, or waits for one that did not fit. It gets the response then,
 * once.
 */
static bool begin(struct session *s, const struct mechanism *m, const struct buf *response, struct session_event *event,
    bool *missing, struct error *err)
{
	struct buf line = {0};
	size_t visible;
	bool fits, ok;

	buf_append_format(&line, "AUTH %s", m->sasl);
	visible = line.length + 1;
	fits = line.length + 1 + response->length <= AUTH_LINE_MOST;
	if (fits) {
		buf_append_string(&line, " ");
		buf_append(&line, response->length > 0 ? response->data : "=",
		    response->length > 0 ? response->length : 1);
	}
	ok = say(s, &line, visible, event, err);
	if (ok && is_missing(event))
		ok = set_missing(m, event, missing, err);
	else if (ok && event->type == SESSION_CHALLENGE && (!fits || is_empty(m, event)))
		ok = say(s, response, 0, event, err);
	buf_wipe(&line);
	return ok;
}

/* Sets the error for a server that accepted the login before the exchange was complete. */
static bool cut_short(const struct mechanism *m, struct error *err)
{
	if (m->proves)
		error_set(err, ERROR_AUTH, "the server accepted the login without proving that it knows the password");
	else
		error_set(err, ERROR_AUTH, "the server accepted the login before %s was finished", m->sasl);
	return error_hint(err, "check server and tls_ca_file: another host may be impersonating the server");
}

static bool asked_too_much(const struct mechanism *m, struct error *err)
{
	error_set(err, ERROR_AUTH, "the server asks for more than %s provides", m->sasl);
	return sasl_hint(err);
}

/*
 * Keeps the proof in a response out of the server's words: what follows "p=" (SCRAM, RFC 5802, 7.), or the last word
 * (CRAM-MD5, RFC 2195, 2.).
 */
static void hide_proof(const struct mechanism *m, const struct buf *response)
{
	struct buf text = {0};
	const char *proof = NULL;

	buf_reserve(&text, response->length + 1);
	if (m->prepares && response->length > 0 && base64_decode(&text, response->data, response->length)) {
		proof = strstr(buf_string(&text), m->server_first ? " " : ",p=");
		proof = proof && m->server_first ? strrchr(proof, ' ') + 1 : proof ? proof + strlen(",p=") : NULL;
	}
	if (proof)
		redact_proof(proof, strlen(proof));
	buf_wipe(&text);
}

/* Answers challenges until the server decides. */
static bool converse(struct session *s, struct sasl *sasl, const struct mechanism *m, bool *missing, struct error *err)
{
	struct session_event event;
	struct buf answer = {0}, challenge = {0};
	bool complete = false, asked_again = false, ok;
	unsigned challenges = 0;

	if (m->server_first) {
		buf_append_format(&challenge, "AUTH %s", m->sasl);
		ok = say(s, &challenge, challenge.length, &event, err);
		if (ok && is_missing(&event))
			ok = set_missing(m, &event, missing, err);
	} else {
		ok = sasl_step(sasl, "", &answer, &complete, err) && begin(s, m, &answer, &event, missing, err);
	}
	while (ok && event.type == SESSION_CHALLENGE) {
		buf_clear(&challenge);
		if (!m->ignores_challenges)
			buf_append(&challenge, event.text, event.length);
		buf_clear(&answer);
		/* A server may send one more empty challenge after the exchange is complete. */
		if (!complete && ++challenges <= CHALLENGES_MOST)
			ok = sasl_step(sasl, buf_string(&challenge), &answer, &complete, err);
		else if (complete && challenge.length == 0 && !asked_again)
			asked_again = true;
		else
			ok = asked_too_much(m, err);
		hide_proof(m, &answer);
		ok = ok && say(s, &answer, 0, &event, err);
	}
	if (ok && event.type == SESSION_REFUSED)
		ok = refused(s, &event, m, err);
	else if (ok && !complete)
		ok = cut_short(m, err);
	buf_wipe(&answer);
	buf_wipe(&challenge);
	return ok;
}

static bool login_sasl(struct session *s, const struct mechanism *m, const struct login *l, bool *missing,
    struct error *err)
{
	struct channel_binding binding;
	struct sasl *sasl = NULL;
	bool bound, ok;

	/*
	 * GNU SASL takes no binding for a mechanism without it, so SCRAM without binding sends "n", not "y" (RFC 5802,
	 * 6.). That an earlier login was bound is remembered instead (doc/decisions/login-strength).
	 */
	bound = m->binds && session_binding(s, &binding);
	ok = sasl_start(&sasl, m->sasl, l, bound ? &binding : NULL, err) && converse(s, sasl, m, missing, err);
	sasl_free(&sasl);
	return ok;
}

/* Sets the error of a refused token: the reason from the server's challenge, followed by the words of its refusal. */
static bool token_refused(const struct session *s, const struct session_event *event, const struct mechanism *m,
    const struct buf *reason, struct error *err)
{
	struct buf words = {0};

	refused(s, event, m, err);
	if (reason->length > 0) {
		buf_append(&words, reason->data, reason->length);
		buf_append_string(&words, " ");
		buf_append(&words, event->text, event->length);
		error_server(err, words.data, words.length);
	}
	buf_free(&words);
	return false;
}

/* Sends one response. A challenge to it is not a question but the reason for the refusal that follows. */
static bool login_token(struct session *s, const struct mechanism *m, const struct login *l, bool *missing,
    struct error *err)
{
	struct session_event event;
	struct buf response = {0}, reason = {0}, end = {0};
	bool ok = oauth_response(m, l, &response, err) && begin(s, m, &response, &event, missing, err);

	if (ok && event.type == SESSION_CHALLENGE) {
		oauth_reason(event.text, event.length, &reason);
		buf_append_string(&end, oauth_acknowledgement(m));
		ok = say(s, &end, end.length, &event, err);
	}
	if (ok && event.type != SESSION_OK)
		ok = token_refused(s, &event, m, &reason, err);
	buf_wipe(&response);
	buf_free(&reason);
	buf_free(&end);
	return ok;
}

/* Sends one command of a login. Sets *missing if the server does not know it; NULL for a command it must know. */
static bool command_step(struct session *s, const struct mechanism *m, const char *word, const char *value,
    size_t visible, bool *missing, struct error *err)
{
	struct session_event event;
	struct buf line = {0};
	bool ok;

	buf_append_string(&line, word);
	buf_append_string(&line, value);
	ok = say(s, &line, visible > 0 ? visible : line.length, &event, err);
	buf_wipe(&line);
	if (ok && missing && is_missing(&event))
		ok = set_missing(m, &event, missing, err);
	else if (ok && event.type != SESSION_OK)
		ok = refused(s, &event, m, err);
	return ok;
}

static bool has_line_end(const char *text)
{
	return strpbrk(text, "\r\n");
}

static bool login_user(struct session *s, const struct mechanism *m, const struct login *l, bool *missing,
    struct error *err)
{
	if (has_line_end(l->user) || has_line_end(secret_text(l->secret))) {
		error_set(err, ERROR_CONFIG,
		    "user or password contains a line break, which USER and PASS cannot transmit");
		return error_hint(err, "write each of them on one line");
	}
	return command_step(s, m, "USER ", l->user, 0, missing, err) &&
	    command_step(s, m, "PASS ", secret_text(l->secret), 5, NULL, err);
}

/* Logs in with APOP (RFC 1939, 7.): the MD5 of the greeting's timestamp and the password. */
static bool login_apop(struct session *s, const struct mechanism *m, const struct login *l, bool *missing,
    struct error *err)
{
	char proof[DIGEST_MD5_HEX + 1];
	struct buf line = {0};
	bool ok;

	if (has_line_end(l->user) || strchr(l->user, ' ')) {
		error_set(err, ERROR_CONFIG, "user contains a space or a line break, which APOP cannot transmit");
		return error_hint(err, "correct user, or remove auth");
	}
	digest_md5_hex(proof, session_timestamp(s), secret_text(l->secret));
	redact_proof(proof, DIGEST_MD5_HEX);
	buf_append_format(&line, "%s ", l->user);
	buf_append(&line, proof, sizeof(proof)); /* including its terminating NUL */
	ok = command_step(s, m, "APOP ", line.data, strlen("APOP ") + strlen(l->user) + 1, missing, err);
	buf_wipe(&line);
	return ok;
}

static bool log_in_by(struct session *s, const struct mechanism *m, const struct login *l, bool *missing,
    struct error *err)
{
	*missing = false;
	if (m->secret == MECHANISM_TOKEN)
		return login_token(s, m, l, missing, err);
	if (m->sasl)
		return login_sasl(s, m, l, missing, err);
	return strcmp(m->word, "apop") == 0 ? login_apop(s, m, l, missing, err) : login_user(s, m, l, missing, err);
}

static bool hint_at_other_ways(const struct login *l, const struct mechanism *m, struct error *err)
{
	if (m->secret == MECHANISM_NOTHING)
		return error_hint(err, "remove auth and set a password");
	if (l->mechanism)
		return error_hint(err, "remove auth to let mailhaul choose a login mechanism");
	if (m->secret == MECHANISM_TOKEN)
		return error_hint(err,
		    "set a password instead of token_command; many providers require an app password for POP3");
	if (m->proves)
		return error_hint(err, "set auth = plain to send the password itself, over TLS");
	return error_hint(err, "ask the server's operator how to log in");
}

static const char *prepared_text(enum sasl_preparation p)
{
	return p == SASL_CHANGES_USER || p == SASL_REFUSES_USER ? "user name" : "password";
}

static bool hint_at_unprepared(const struct session *s, enum sasl_preparation p, struct error *err)
{
	const struct mechanism *m = login_choose_unprepared(s);

	if (m)
		return error_hint(err, "set auth = %s, which sends the %s as it is, over TLS", m->word,
		    prepared_text(p));
	return error_hint(err,
	    "choose a %s of ASCII characters: the server offers no login that sends others as they are",
	    prepared_text(p));
}

/* Refuses a user or password that the mechanism cannot carry, before anything is sent (RFC 4013, 2.3 to 2.5). */
static bool check_preparation(const struct session *s, const struct mechanism *m, enum sasl_preparation p,
    struct error *err)
{
	if (!m->prepares || (p != SASL_REFUSES_USER && p != SASL_REFUSES_PASSWORD))
		return true;
	error_set(err, ERROR_AUTH, "%s cannot transmit this %s: SASLprep (RFC 4013) forbids one of its characters",
	    m->sasl, prepared_text(p));
	return hint_at_unprepared(s, p, err);
}

/*
 * Explains a login that was refused perhaps because the server does not change the password as the mechanism does, or
 * because it announces USER but does not take a password (as Dovecot does without PLAIN).
 */
static bool explain_preparation(const struct session *s, const struct mechanism *m, enum sasl_preparation p,
    struct error *err)
{
	size_t length = strlen(err->cause);

	if (p == SASL_UNCHANGED || !login_was_refused(err))
		return false;
	if (!m->prepares && !m->sasl && login_choose_offers_prepared(s))
		return error_hint(err,
		    "check user and password; if they are right, choose a %s of ASCII characters, so that SCRAM can "
		    "transmit it",
		    prepared_text(p));
	if (!m->prepares)
		return false;
	snprintf(err->cause + length, sizeof(err->cause) - length, ", after SASLprep (RFC 4013) changed the %s for %s",
	    prepared_text(p), m->sasl);
	return hint_at_unprepared(s, p, err);
}

bool login_run(struct session *s, const struct login *l, struct error *err)
{
	enum sasl_preparation p = l->kind == MECHANISM_PASSWORD ? sasl_preparation(l) : SASL_UNCHANGED;
	const struct mechanism *m, *next;
	bool missing, again = false;

	if (!session_is_secure(s))
		return error_set(err, ERROR_INTERNAL, "a login without TLS was requested and refused");
	m = login_choose(s, l, err);
	if (!m || !check_preparation(s, m, p, err) || !session_ask_utf8(s, l->utf8_apart, err))
		return false;
	if (!l->mechanism && !m->prepares && p != SASL_UNCHANGED && login_choose_offers_prepared(s))
		log_line(l->log, LOG_VERBOSE, "using %s: SCRAM would not transmit the %s as it is (RFC 4013)",
		    mechanism_name(m), prepared_text(p));
	while (!log_in_by(s, m, l, &missing, err)) {
		if (!missing && again && err->kind == ERROR_NETWORK)
			error_hint(err,
			    "if this persists, set auth = %s: the server may close the connection at a command that "
			    "it does not know",
			    m->word);
		if (!missing)
			return explain_preparation(s, m, p, err);
		if (l->missing)
			*l->missing = true;
		next = l->alone ? NULL : login_choose_next(s, l, m);
		if (!next)
			return hint_at_other_ways(l, m, err);
		log_line(l->log, LOG_VERBOSE, "%s; trying %s", err->cause, mechanism_name(next));
		log_fact(l->log, "login.mechanism", "%s", mechanism_name(next));
		error_clear(err);
		m = next;
		again = true;
	}
	if (l->used)
		*l->used = m;
	session_logged_in(s);
	return true;
}
