#include "config.h"

#include "pop3/login.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "pop3/capability.h"
#include "pop3/refusal.h"
#include "pop3/sasl.h"
#include "pop3/session.h"

/* An AUTH line with its CRLF may have 255 octets (RFC 5034, 4.). */
enum { AUTH_LINE_MOST = 255 - 2 };

static bool refused(const struct session_event *event, struct error *err)
{
	return refusal_error(event->text, event->length, ERROR_AUTH, "the server refused the login", err);
}

/* Sends a line of which all but the first `visible` octets are secret. */
static bool say(struct session *s, const struct buf *line, size_t visible, struct session_event *event,
    struct error *err)
{
	return session_exchange(s, line->length > 0 ? line->data : "", line->length, visible, event, err);
}

/* "AUTH mechanism", with the initial response behind it where it fits ("=" stands for an empty one). */
static bool begin(struct session *s, const char *mechanism, struct buf *response, struct session_event *event,
    struct error *err)
{
	struct buf line = {0};
	size_t visible;
	bool ok;

	buf_append_format(&line, "AUTH %s", mechanism);
	visible = line.length + 1;
	if (line.length + 1 + response->length <= AUTH_LINE_MOST) {
		buf_append_string(&line, " ");
		buf_append(&line, response->length > 0 ? response->data : "=", response->length > 0 ? response->length : 1);
		buf_clear(response);
		ok = say(s, &line, visible, event, err);
	} else {
		ok = say(s, &line, visible, event, err);
		if (ok && event->type == SESSION_CHALLENGE)
			ok = say(s, response, 0, event, err);
	}
	buf_wipe(&line);
	return ok;
}

/* Answers challenges until the server decides. */
static bool converse(struct session *s, struct sasl *sasl, const char *mechanism, struct error *err)
{
	struct session_event event;
	struct buf answer = {0}, challenge = {0};
	bool complete = false, asked_again = false, ok;

	ok = sasl_step(sasl, "", &answer, &complete, err) && begin(s, mechanism, &answer, &event, err);
	while (ok && event.type == SESSION_CHALLENGE) {
		buf_clear(&challenge);
		buf_append(&challenge, event.text, event.length);
		buf_clear(&answer);
		/* A server may ask once more for nothing after the exchange is over. */
		if (!complete)
			ok = sasl_step(sasl, buf_string(&challenge), &answer, &complete, err);
		else if (challenge.length == 0 && !asked_again)
			asked_again = true;
		else
			ok = error_set(err, ERROR_AUTH, "the server asks for more than %s has to say", mechanism);
		ok = ok && say(s, &answer, 0, &event, err);
	}
	if (ok && event.type == SESSION_REFUSED)
		ok = refused(&event, err);
	else if (ok && !complete) {
		error_set(err, ERROR_AUTH, "the server took the login without proving that it knows the password");
		ok = error_mend(err, "somebody may be posing as the server: check server and tls_ca_file");
	}
	buf_wipe(&answer);
	buf_wipe(&challenge);
	return ok;
}

static bool login_sasl(struct session *s, const char *mechanism, const char *user, const struct secret *password,
    struct error *err)
{
	struct sasl *sasl = NULL;
	bool ok = sasl_start(&sasl, mechanism, user, password, err) && converse(s, sasl, mechanism, err);

	sasl_free(&sasl);
	return ok;
}

static bool user_pass_step(struct session *s, const char *word, const char *value, size_t visible, struct error *err)
{
	struct session_event event;
	struct buf line = {0};
	bool ok;

	buf_append_string(&line, word);
	buf_append_string(&line, value);
	ok = say(s, &line, visible > 0 ? visible : line.length, &event, err);
	buf_wipe(&line);
	if (ok && event.type != SESSION_OK)
		ok = refused(&event, err);
	return ok;
}

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if (*text == '\r' || *text == '\n')
			return true;
	}
	return false;
}

bool login_run(struct session *s, const char *user, const struct secret *password, struct error *err)
{
	const char *mechanism = sasl_choose(session_capabilities(s));

	if (!session_is_secure(s))
		return error_set(err, ERROR_INTERNAL, "a login without TLS was asked for and refused");
	if (mechanism)
		return login_sasl(s, mechanism, user, password, err);
	if (has_control(user) || has_control(secret_text(password)))
		return error_set(err, ERROR_CONFIG, "user or password hold a line end, which USER and PASS cannot carry");
	return user_pass_step(s, "USER ", user, 0, err) && user_pass_step(s, "PASS ", secret_text(password), 5, err);
}
