#include "config.h"

#include "pop3/sasl.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsasl.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/platform.h"
#include "base/secret.h"
#include "pop3/capability.h"

enum { ITERATIONS_MOST = 2000000 };

struct sasl {
	Gsasl *library;
	Gsasl_session *session;
};

const char *sasl_choose(const struct capability *offered)
{
	static const char *const strongest_first[] = {"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"};

	for (size_t i = 0; i < sizeof(strongest_first) / sizeof(strongest_first[0]); i++) {
		if (capability_has_mechanism(offered, strongest_first[i]))
			return strongest_first[i];
	}
	return NULL;
}

bool sasl_start(struct sasl **out, const char *mechanism, const char *user, const struct secret *password,
    struct error *err)
{
	struct sasl *s = memory_zeroed(1, sizeof(*s));
	int code = gsasl_init(&s->library);

	if (code == GSASL_OK)
		code = gsasl_client_start(s->library, mechanism, &s->session);
	if (code != GSASL_OK) {
		error_set(err, ERROR_INTERNAL, "%s could not be started: %s", mechanism, gsasl_strerror(code));
		sasl_free(&s);
		return false;
	}
	gsasl_property_set(s->session, GSASL_AUTHID, user);
	gsasl_property_set(s->session, GSASL_PASSWORD, secret_text(password));
	*out = s;
	return true;
}

/*
 * SCRAM's server says how often the password is hashed (RFC 5802, 5.1, "i="). A number without
 * measure would keep us busy beyond every time limit.
 */
static bool is_affordable(const char *challenge)
{
	char *text = NULL;
	size_t length = 0;
	bool ok = true;

	if (gsasl_base64_from(challenge, strlen(challenge), &text, &length) != GSASL_OK)
		return true; /* the library says what is wrong with it */
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

bool sasl_step(struct sasl *s, const char *challenge, struct buf *answer, bool *complete, struct error *err)
{
	char *text = NULL;
	int code;

	if (!is_affordable(challenge))
		return error_set(err, ERROR_AUTH, "%s failed: the server wants the password hashed more than %d times",
		    gsasl_mechanism_name(s->session), ITERATIONS_MOST);
	code = gsasl_step64(s->session, challenge, &text);
	if (code != GSASL_OK && code != GSASL_NEEDS_MORE) {
		error_set(err, ERROR_AUTH, "%s failed: %s", gsasl_mechanism_name(s->session), gsasl_strerror(code));
		return false;
	}
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
