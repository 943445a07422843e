#include "config.h"

#include "config/account_tls.h"

#include <stdlib.h>

#include "base/error.h"
#include "config/account.h"
#include "config/account_options.h"
#include "tls/dane.h"
#include "tls/tls.h"

static bool wants_pins(const struct account *a)
{
	return a->tls.trust == TLS_BY_PIN || a->tls.trust == TLS_BY_BOTH;
}

/* Drops inherited options that have no meaning with the account's own options. */
static void settle(struct account *a)
{
	bool by_authority = a->tls.trust == TLS_BY_CA || a->tls.trust == TLS_BY_BOTH;

	if (!wants_pins(a))
		account_drop_inherited(a, "tls_pins");
	if (!by_authority) {
		account_drop_inherited(a, "tls_ca_file");
		account_drop_inherited(a, "tls_crl_file");
	}
	/* The inherited key belongs to another certificate. */
	if (a->tls.client_cert && !account_is_inherited(a, "tls_client_cert"))
		account_drop_inherited(a, "tls_client_key");
}

static bool is_idle(const struct account *a, const char *option, struct error *err)
{
	bool dane = a->tls.trust == TLS_BY_DANE;

	error_set(err, ERROR_CONFIG, "%s is set, but tls_trust = %s %s", option, dane ? "dane" : "pin",
	    dane ? "trusts DNS alone" : "trusts no issuer");
	return error_hint(err, "remove %s, or set tls_trust = %s", option, dane ? "ca" : "both");
}

/* Checks names and priority strings, which only the TLS library can validate. */
static bool check_words(const struct account *a, struct error *err)
{
	char *server = NULL, *name = NULL;
	bool ok = (!a->server || tls_ascii_name(a->server, &server, err)) &&
	    (!a->tls.server_name || tls_ascii_name(a->tls.server_name, &name, err)) &&
	    (!a->tls.priority || tls_priority_check(a->tls.priority, a->tls.newest_only, err));

	free(server);
	free(name);
	return ok;
}

static bool check_pins(const struct account *a, struct error *err)
{
	if (!wants_pins(a) && a->tls.pins) {
		error_set(err, ERROR_CONFIG, "tls_pins is set, but tls_trust is neither pin nor both");
		return error_hint(err,
		    "set tls_trust = both (trusted issuer and pin), or tls_trust = pin (pin instead of an issuer)");
	}
	if (wants_pins(a) && !a->tls.pins) {
		error_set(err, ERROR_CONFIG, "tls_trust = %s needs tls_pins",
		    a->tls.trust == TLS_BY_PIN ? "pin" : "both");
		return error_hint(err,
		    "add a line such as tls_pins = {\"sha256:...\"}; "
		    "mailhaul -v check prints this line while tls_trust = ca");
	}
	if ((a->tls.trust == TLS_BY_PIN || a->tls.trust == TLS_BY_DANE) && (a->tls.ca_file || a->tls.crl_file))
		return is_idle(a, a->tls.ca_file ? "tls_ca_file" : "tls_crl_file", err);
	return true;
}

bool account_tls_check(struct account *a, struct error *err)
{
	settle(a);
	if (a->tls.trust == TLS_BY_DANE && !dane_library_version()) {
		error_set(err, ERROR_CONFIG, "this build of mailhaul does not support tls_trust = dane");
		return error_hint(err, "use a build configured with --enable-dane, or set tls_trust = ca or pin");
	}
	if (!check_pins(a, err))
		return false;
	if (a->tls.client_key && !a->tls.client_cert) {
		error_set(err, ERROR_CONFIG, "tls_client_key is set, but tls_client_cert is not");
		return error_hint(err, "set tls_client_cert to the certificate that belongs to the key");
	}
	return check_words(a, err);
}
