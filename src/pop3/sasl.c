#include "config.h"

#include "pop3/sasl.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsasl.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/platform.h"
#include "base/secret.h"
#include "io/channel.h"
#include "pop3/login_parameters.h"

enum { ITERATIONS_MOST = 2000000 };

struct sasl {
	Gsasl *library;
	Gsasl_session *session;
	const char *host; /* belongs to the login */
};

/* Passes the binding to the library in base64, under the name of its type (RFC 9266, RFC 5929). */
static void bind(struct sasl *s, const struct channel_binding *binding)
{
	struct buf text = {0};

	base64_encode(&text, binding->octets, binding->length);
	if (strcmp(binding->type, "tls-unique") == 0)
		gsasl_property_set(s->session, GSASL_CB_TLS_UNIQUE, buf_string(&text));
#if GSASL_VERSION_NUMBER >= 0x020000
	else if (strcmp(binding->type, "tls-exporter") == 0)
		gsasl_property_set(s->session, GSASL_CB_TLS_EXPORTER, buf_string(&text));
#endif
	buf_free(&text);
}

static bool fail_start(const char *mechanism, int code, struct error *err)
{
	if (code != GSASL_UNKNOWN_MECHANISM)
		return error_set(err, ERROR_INTERNAL, "%s could not be started: %s", mechanism, gsasl_strerror(code));
	error_set(err, ERROR_CONFIG, "GNU SASL on this system does not support %s", mechanism);
	return error_hint(err, "set auth to another login mechanism");
}

bool sasl_start(struct sasl **out, const char *mechanism, const struct login *l, const struct channel_binding *binding,
    struct error *err)
{
	struct sasl *s = memory_zeroed(1, sizeof(*s));
	int code = gsasl_init(&s->library);

	if (code == GSASL_OK)
		code = gsasl_client_start(s->library, mechanism, &s->session);
	if (code != GSASL_OK) {
		sasl_free(&s);
		return fail_start(mechanism, code, err);
	}
	s->host = l->host;
	if (l->secret) {
		gsasl_property_set(s->session, GSASL_AUTHID, l->user);
		gsasl_property_set(s->session, GSASL_PASSWORD, secret_text(l->secret));
	} else {
		/* A certificate or ticket proves our identity. This user is the owner of the mail. */
		gsasl_property_set(s->session, GSASL_AUTHZID, l->user);
		gsasl_property_set(s->session, GSASL_SERVICE, "pop");
		gsasl_property_set(s->session, GSASL_HOSTNAME, l->host);
	}
	if (binding)
		bind(s, binding);
	*out = s;
	return true;
}

/*
 * Returns whether a SCRAM challenge asks for an acceptable number of hashes of the password (RFC 5802, 5.1, "i="). A
 * huge number would keep the process busy beyond every time limit.
 */
static bool is_affordable(const char *challenge)
{
	char *text = NULL;
	size_t length = 0;
	bool ok = true;

	if (gsasl_base64_from(challenge, strlen(challenge), &text, &length) != GSASL_OK)
		return true; /* the library reports the malformed challenge */
	for (size_t i = 0; i + 2 < length; i++) {
		uint64_t count = 0;
		size_t digits = 0;

		if (memcmp(text + i, ",i=", 3) != 0)
			continue;
		while (i + 3 + digits < length && text[i + 3 + digits] >= '0' && text[i + 3 + digits] <= '9')
			digits++;
		ok = parse_number(text + i + 3, digits, ITERATIONS_MOST, &count);
		break;
	}
	gsasl_free(text);
	return ok;
}

enum effect { UNCHANGED, CHANGED, REFUSED };

static enum effect prepare_with(const char *text, Gsasl_saslprep_flags flags)
{
	char *prepared = NULL;
	enum effect effect = REFUSED;

	if (gsasl_saslprep(text, flags, &prepared, NULL) == GSASL_OK)
		effect = strcmp(prepared, text) == 0 ? UNCHANGED : CHANGED;
	if (prepared)
		platform_wipe(prepared, strlen(prepared));
	gsasl_free(prepared);
	return effect;
}

/*
 * Both flags count, as the library takes GSASL_ALLOW_UNASSIGNED for its opposite (2.2.0). Characters that Unicode 3.2
 * did not have yet must not be in a password (RFC 4013, 2.5).
 */
static enum effect prepare(const char *text)
{
	enum effect one = prepare_with(text, GSASL_ALLOW_UNASSIGNED), other = prepare_with(text, 0);

	return one > other ? one : other;
}

enum sasl_preparation sasl_preparation(const struct login *l)
{
	enum effect user = l->user ? prepare(l->user) : UNCHANGED;
	enum effect password = l->secret ? prepare(secret_text(l->secret)) : UNCHANGED;

	if (user == REFUSED || password == REFUSED)
		return user == REFUSED ? SASL_REFUSES_USER : SASL_REFUSES_PASSWORD;
	if (user == CHANGED || password == CHANGED)
		return user == CHANGED ? SASL_CHANGES_USER : SASL_CHANGES_PASSWORD;
	return SASL_UNCHANGED;
}

bool sasl_hint(struct error *err)
{
	return error_hint(err,
	    "check user and password; if they are right, ask the server's operator: another host may be "
	    "impersonating the server");
}

/* In the first step Kerberos failed, usually for lack of a ticket. GNU SASL gives no more detail. */
static bool fail_step(const struct sasl *s, int code, bool first, struct error *err)
{
	const char *mechanism = gsasl_mechanism_name(s->session);

	if (code == GSASL_SASLPREP_ERROR) {
		error_set(err, ERROR_AUTH, "%s failed: SASLprep (RFC 4013) forbids a character of user or password",
		    mechanism);
		return error_hint(err, "set auth = plain to send the password itself, over TLS");
	}
	if (!first || (code != GSASL_GSSAPI_IMPORT_NAME_ERROR && code != GSASL_GSSAPI_INIT_SEC_CONTEXT_ERROR)) {
		error_set(err, ERROR_AUTH, "%s failed: %s", mechanism, gsasl_strerror(code));
		return sasl_hint(err);
	}
	error_set(err, ERROR_AUTH, "%s failed: Kerberos gives no ticket for the service pop@%s", mechanism, s->host);
	return error_hint(err,
	    "run kinit; if klist shows a valid ticket, Kerberos does not know the server by this name");
}

bool sasl_step(struct sasl *s, const char *challenge, struct buf *answer, bool *complete, struct error *err)
{
	char *text = NULL;
	int code;

	if (!is_affordable(challenge)) {
		error_set(err, ERROR_AUTH, "%s failed: the server requires more than %d rounds of password hashing",
		    gsasl_mechanism_name(s->session), ITERATIONS_MOST);
		return sasl_hint(err);
	}
	code = gsasl_step64(s->session, challenge, &text);
	if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
		return fail_step(s, code, !*challenge, err);
	if (text) {
		buf_append_string(answer, text);
		platform_wipe(text, strlen(text));
	}
	gsasl_free(text);
	*complete = code == GSASL_OK;
	return true;
}

void sasl_free(struct sasl **s)
{
	if (!*s)
		return;
	if ((*s)->session)
		gsasl_finish((*s)->session);
	if ((*s)->library)
		gsasl_done((*s)->library);
	free(*s);
	*s = NULL;
}

const char *sasl_library_version(void)
{
	return gsasl_check_version(NULL);
}
