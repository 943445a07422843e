#include "config.h"

#include "config/account_tls.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/path.h"
#include "tls/dane.h"

static bool set_path(char **where, const char *value, const char *folder)
{
	if (!*value)
		return false;
	memory_replace(where, path_resolve(value, folder));
	return true;
}

/* A path, or an object of a token (RFC 7512), which is nowhere in a folder. A PIN has no place in it. */
static bool set_path_or_uri(char **where, const char *value, const char *folder)
{
	if (strncmp(value, "pkcs11:", 7) != 0)
		return set_path(where, value, folder);
	if (strstr(value, "pin-value"))
		return false;
	memory_replace(where, memory_copy_string(value));
	return true;
}

bool account_tls_set_ca_file(struct account *a, const char *value, const char *folder)
{
	a->inherited.tls_ca_file = false;
	return set_path(&a->tls_ca_file, value, folder);
}

bool account_tls_set_trust(struct account *a, const char *value, const char *folder)
{
	static const char *const words[] = {[TLS_BY_CA] = "ca", [TLS_BY_PIN] = "pin", [TLS_BY_BOTH] = "both",
	    [TLS_BY_DANE] = "dane"};

	(void)folder;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) == 0) {
			a->tls_trust = (enum tls_proof)i;
			return true;
		}
	}
	return false;
}

/*
 * SHA-256 is 32 octets: 43 characters of base64 (RFC 4648) and one "=". The last character carries four
 * bits, so that there is one way only to write a pin, and pins are compared as texts.
 */
bool account_tls_pin_is_good(const char *pin)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return strncmp(pin, "sha256:", 7) == 0 && strspn(pin + 7, base64) == 43 && strcmp(pin + 50, "=") == 0 &&
	    strchr("AEIMQUYcgkosw048", pin[49]) != NULL;
}

static void free_pins(struct account *a)
{
	for (char **pin = a->tls_pins; pin && *pin; pin++)
		free(*pin);
	free(a->tls_pins);
	a->tls_pins = NULL;
}

bool account_tls_set_pins(struct account *a, const char *const *values)
{
	size_t count = 0;

	while (values[count]) {
		if (!account_tls_pin_is_good(values[count++]))
			return false;
	}
	if (count == 0)
		return false;
	free_pins(a);
	a->inherited.tls_pins = false;
	a->tls_pins = memory_zeroed(count + 1, sizeof(*a->tls_pins));
	for (size_t i = 0; i < count; i++)
		a->tls_pins[i] = memory_copy_string(values[i]);
	return true;
}

bool account_tls_set_crl_file(struct account *a, const char *value, const char *folder)
{
	a->inherited.tls_crl_file = false;
	return set_path(&a->tls_crl_file, value, folder);
}

bool account_tls_set_server_name(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!account_host_is_good(value))
		return false;
	memory_replace(&a->tls_server_name, memory_copy_string(value));
	return true;
}

bool account_tls_set_min_version(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	a->tls_newest_only = strcmp(value, "1.3") == 0;
	return a->tls_newest_only || strcmp(value, "1.2") == 0;
}

bool account_tls_set_priority(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!*value)
		return false;
	memory_replace(&a->tls_priority, memory_copy_string(value));
	return true;
}

bool account_tls_set_client_cert(struct account *a, const char *value, const char *folder)
{
	a->inherited.tls_client_cert = false;
	return set_path_or_uri(&a->tls_client_cert, value, folder);
}

bool account_tls_set_client_key(struct account *a, const char *value, const char *folder)
{
	a->inherited.tls_client_key = false;
	return set_path_or_uri(&a->tls_client_key, value, folder);
}

void account_tls_end_defaults(struct account *a)
{
	a->inherited.tls_ca_file = a->tls_ca_file != NULL;
	a->inherited.tls_crl_file = a->tls_crl_file != NULL;
	a->inherited.tls_pins = a->tls_pins != NULL;
	a->inherited.tls_client_cert = a->tls_client_cert != NULL;
	a->inherited.tls_client_key = a->tls_client_key != NULL;
}

static bool wants_pins(const struct account *a)
{
	return a->tls_trust == TLS_BY_PIN || a->tls_trust == TLS_BY_BOTH;
}

/* What comes from the defaults and has no meaning with the account's own words goes. */
static void settle(struct account *a)
{
	bool by_authority = a->tls_trust == TLS_BY_CA || a->tls_trust == TLS_BY_BOTH;

	if (!wants_pins(a) && a->inherited.tls_pins)
		free_pins(a);
	if (!by_authority && a->inherited.tls_ca_file)
		memory_replace(&a->tls_ca_file, NULL);
	if (!by_authority && a->inherited.tls_crl_file)
		memory_replace(&a->tls_crl_file, NULL);
	if (a->inherited.tls_client_key && !a->inherited.tls_client_cert && a->tls_client_cert)
		memory_replace(&a->tls_client_key, NULL); /* it belongs to the other certificate */
}

static bool is_idle(const struct account *a, const char *option, struct error *err)
{
	bool dane = a->tls_trust == TLS_BY_DANE;

	error_set(err, ERROR_CONFIG, "%s is set, but with tls_trust = %s %s", option, dane ? "dane" : "pin",
	    dane ? "DNS alone is believed" : "no issuer is believed");
	return error_mend(err, "drop %s, or set tls_trust = %s", option, dane ? "ca" : "both");
}

/* What only the library knows: names as DNS has them, priority strings. */
static bool check_words(const struct account *a, struct error *err)
{
	char *server = NULL, *name = NULL;
	bool ok = tls_ascii_name(a->server, &server, err) &&
	    (!a->tls_server_name || tls_ascii_name(a->tls_server_name, &name, err)) &&
	    (!a->tls_priority || tls_priority_check(a->tls_priority, a->tls_newest_only, err));

	free(server);
	free(name);
	return ok;
}

static bool check_pins(const struct account *a, struct error *err)
{
	if (!wants_pins(a) && a->tls_pins) {
		error_set(err, ERROR_CONFIG, "tls_pins is set, but tls_trust does not say what the pins are for");
		return error_mend(err, "set tls_trust = both (trusted issuer and pin), or tls_trust = pin (pin instead of an issuer)");
	}
	if (wants_pins(a) && !a->tls_pins) {
		error_set(err, ERROR_CONFIG, "tls_trust = %s needs tls_pins", a->tls_trust == TLS_BY_PIN ? "pin" : "both");
		return error_mend(err, "add a line such as tls_pins = {\"sha256:...\"}; a failed check shows the server's");
	}
	if ((a->tls_trust == TLS_BY_PIN || a->tls_trust == TLS_BY_DANE) && (a->tls_ca_file || a->tls_crl_file))
		return is_idle(a, a->tls_ca_file ? "tls_ca_file" : "tls_crl_file", err);
	return true;
}

bool account_tls_check(struct account *a, struct error *err)
{
	settle(a);
	if (a->tls_trust == TLS_BY_DANE && !dane_library_version()) {
		error_set(err, ERROR_CONFIG, "tls_trust = dane is not part of this build of mailhaul");
		return error_mend(err, "use one that was configured with --enable-dane, or set tls_trust = ca or pin");
	}
	if (!check_pins(a, err))
		return false;
	if (a->tls_client_key && !a->tls_client_cert) {
		error_set(err, ERROR_CONFIG, "tls_client_key is set, but tls_client_cert is not");
		return error_mend(err, "set tls_client_cert to the certificate of that key");
	}
	return check_words(a, err);
}

void account_tls_free(struct account *a)
{
	free(a->tls_ca_file);
	free_pins(a);
	free(a->tls_crl_file);
	free(a->tls_server_name);
	free(a->tls_priority);
	free(a->tls_client_cert);
	free(a->tls_client_key);
}
