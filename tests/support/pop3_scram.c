#include "pop3_scram.h"

#include <string.h>

#include <gnutls/gnutls.h>
#include <gsasl.h>

#include "pop3_wire.h"

/* Passes the connection's channel binding to the library. */
static void set_binding(Gsasl_session *sasl, gnutls_session_t tls)
{
	gnutls_channel_binding_t type = GNUTLS_CB_TLS_UNIQUE;
	Gsasl_property property = GSASL_CB_TLS_UNIQUE;
	gnutls_datum_t binding;
	char *text;

#if GNUTLS_VERSION_NUMBER >= 0x030702 && GSASL_VERSION_NUMBER >= 0x020000
	if (gnutls_protocol_get_version(tls) >= GNUTLS_TLS1_3) {
		type = GNUTLS_CB_TLS_EXPORTER;
		property = GSASL_CB_TLS_EXPORTER;
	}
#endif
	if (gnutls_session_channel_binding(tls, type, &binding) != 0)
		return;
	if (gsasl_base64_to((const char *)binding.data, binding.size, &text, NULL) == GSASL_OK) {
		gsasl_property_set(sasl, property, text);
		gsasl_free(text);
	}
	gnutls_free(binding.data);
}

static bool converse(struct pop3_wire *wire, Gsasl_session *sasl, const char *response, const char *user)
{
	char *challenge = NULL;
	size_t len;
	int code = gsasl_step64(sasl, response, &challenge);

	while (code == GSASL_NEEDS_MORE || (code == GSASL_OK && challenge && *challenge)) {
		pop3_wire_reply(wire, "+ %s", challenge);
		gsasl_free(challenge);
		challenge = NULL;
		response = pop3_wire_read_line(wire, &len);
		if (!response)
			return false;
		if (code == GSASL_NEEDS_MORE)
			code = gsasl_step64(sasl, response, &challenge);
	}
	gsasl_free(challenge);
	const char *name = gsasl_property_fast(sasl, GSASL_AUTHID);
	return code == GSASL_OK && name && strcmp(name, user) == 0;
}

bool pop3_scram_run(struct pop3_wire *wire, const char *mechanism, const char *response, const char *user,
    const char *password)
{
	Gsasl *library;
	Gsasl_session *sasl;
	bool ok = false;

	if (gsasl_init(&library) != GSASL_OK)
		return false;
	if (gsasl_server_start(library, mechanism, &sasl) == GSASL_OK) {
		gsasl_property_set(sasl, GSASL_PASSWORD, password);
		if (strstr(mechanism, "-PLUS"))
			set_binding(sasl, wire->tls);
		ok = converse(wire, sasl, response, user);
		gsasl_finish(sasl);
	}
	gsasl_done(library);
	return ok;
}
