#include "config.h"

#include "pop3/login_choose.h"

#include <string.h>

#include "base/error.h"
#include "base/mechanism.h"
#include "io/channel.h"
#include "pop3/capability.h"
#include "pop3/login_parameters.h"
#include "pop3/sasl.h"
#include "pop3/session.h"

/* Returns whether the server offers a mechanism and this connection can carry it. */
static bool is_offered(const struct session *s, const struct mechanism *m)
{
	struct channel_binding binding;

	if (m->sasl)
		return capability_has_mechanism(session_capabilities(s), m->sasl) &&
		    (!m->binds || session_binding(s, &binding));
	/* Servers that support USER need not announce it. */
	return strcmp(m->word, "apop") != 0 || *session_timestamp(s);
}

/* Returns whether the server may offer a named mechanism although CAPA must not be sent to it. */
static bool is_unknown(const struct session *s, const struct mechanism *m)
{
	struct channel_binding binding;

	return !session_may_send_capa(s) && m->sasl && !*session_capabilities(s)->sasl &&
	    (!m->binds || session_binding(s, &binding));
}

static const struct mechanism *miss(const struct session *s, const struct mechanism *m, struct error *err)
{
	const struct capability *c = session_capabilities(s);

	if (!m)
		error_set(err, ERROR_AUTH, "the server offers no login with a token (OAUTHBEARER or XOAUTH2)");
	else if (!m->sasl && session_forgot_timestamp(s))
		error_set(err, ERROR_AUTH, "APOP is not possible with STLS: its timestamp was sent before TLS");
	else if (!m->sasl)
		error_set(err, ERROR_AUTH, "the server does not offer APOP: its greeting has no timestamp");
	else if (capability_has_mechanism(c, m->sasl))
		error_set(err, ERROR_AUTH, "%s needs channel binding, which this TLS connection does not provide",
		    m->sasl);
	else
		error_set(err, ERROR_AUTH, "the server does not offer %s", m->sasl);
	if (!m)
		error_hint(err,
		    "set a password instead of token_command; many providers require an app password for POP3");
	else if (!m->sasl && session_forgot_timestamp(s))
		error_hint(err, "set tls = implicit and port = 995, or remove auth");
	else if (*c->sasl)
		error_hint(err, "remove auth, or choose one that it offers:%.*s", (int)strlen(c->sasl) - 1, c->sasl);
	else
		error_hint(err,
		    "remove auth to send a password with USER and PASS: the server offers no SASL mechanism");
	return NULL;
}

const struct mechanism *login_choose_unprepared(const struct session *s)
{
	const struct mechanism *plain = mechanism_find("plain");

	if (is_offered(s, plain))
		return plain;
	return session_capabilities(s)->user ? mechanism_find("user") : NULL;
}

bool login_choose_offers_prepared(const struct session *s)
{
	for (size_t i = 0; i < mechanism_count; i++) {
		if (mechanisms[i].automatic && mechanisms[i].prepares && is_offered(s, &mechanisms[i]))
			return true;
	}
	return false;
}

const struct mechanism *login_choose(const struct session *s, const struct login *l, struct error *err)
{
	const struct mechanism *m;

	if (l->mechanism)
		return is_offered(s, l->mechanism) || is_unknown(s, l->mechanism) ? l->mechanism
										  : miss(s, l->mechanism, err);
	if (l->kind == MECHANISM_PASSWORD && sasl_preparation(l) != SASL_UNCHANGED) {
		m = login_choose_unprepared(s);
		if (m)
			return m;
	}
	for (size_t i = 0; i < mechanism_count; i++) {
		if (mechanisms[i].automatic && mechanisms[i].secret == l->kind && is_offered(s, &mechanisms[i]))
			return &mechanisms[i];
	}
	return l->kind == MECHANISM_PASSWORD ? mechanism_find("user") : miss(s, NULL, err);
}

const struct mechanism *login_choose_next(const struct session *s, const struct login *l, const struct mechanism *m)
{
	const struct mechanism *user = mechanism_find("user");

	if (l->mechanism || m == user)
		return NULL;
	for (const struct mechanism *next = m + 1; next < mechanisms + mechanism_count; next++) {
		if (next->automatic && next->secret == l->kind && next->strength >= m->strength && is_offered(s, next))
			return next;
	}
	return l->kind == MECHANISM_PASSWORD && user->strength >= m->strength ? user : NULL;
}
