#include "config.h"

#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include "base/escape.h"
#include "base/log.h"
#include "tls/tls.h"
#include "tls/tls_gnutls.h"

enum {
	NAMES_TOLD = 100, /* maximum number of names of a certificate that are logged */
	DN_SIZE = 512,
};

/*
 * Returns whether a recording of the session resists later decryption, by a quantum computer or with the server's key,
 * or else what is missing.
 */
static const char *recording(gnutls_session_t session, gnutls_group_t group, const struct tls_options *options)
{
	const char *name = group ? gnutls_group_get_name(group) : NULL;

	if (name && strstr(name, "MLKEM"))
		return "resists";
	if (gnutls_protocol_get_version(session) < GNUTLS_TLS1_3 && gnutls_kx_get(session) == GNUTLS_KX_RSA)
		return "server-key";
	if (tls_hybrid_group() == GNUTLS_GROUP_INVALID)
		return "library";
	return options->priority ? "tls_priority" : "server";
}

/* After a failed handshake some algorithms may not have been negotiated. */
static void log_algorithms(gnutls_session_t session, const struct tls_options *options, const struct log *log)
{
	const char *version = gnutls_protocol_get_name(gnutls_protocol_get_version(session));
	gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session);
	gnutls_group_t group = gnutls_group_get(session);
	const char *exchange = group ? gnutls_group_get_name(group) : gnutls_kx_get_name(gnutls_kx_get(session));

	if (version && strncmp(version, "TLS", 3) == 0)
		log_fact(log, "tls.version", "%s", version + 3);
	if (cipher != GNUTLS_CIPHER_UNKNOWN && cipher != GNUTLS_CIPHER_NULL)
		log_fact(log, "tls.cipher", "%s", gnutls_cipher_get_name(cipher));
	if (!exchange)
		return;
	log_fact(log, "tls.key_exchange", "%s", exchange);
	log_fact(log, "tls.recording", "%s", recording(session, group, options));
}

/*
 * Returns the state of the stapled OCSP response (RFC 6066, section 8). Its signature was not checked if no authority
 * is used, or if the certificate was refused earlier.
 */
static const char *staple_state(gnutls_session_t session, gnutls_x509_crt_t crt, bool checked)
{
	gnutls_datum_t raw = {0};

	if (gnutls_ocsp_status_request_get2(session, 0, &raw) < 0 || raw.size == 0)
		return "none";
	if (!tls_says_good(&raw, crt))
		return "bad";
	return checked ? "good" : "unchecked";
}

static void log_names(gnutls_x509_crt_t crt, const struct log *log)
{
	char name[TLS_NAME_SIZE], text[4 * TLS_NAME_SIZE];
	size_t size;
	unsigned at = 0;

	/* Escape the name by its length, because it may contain a NUL. */
	while (tls_next_name(crt, &at, NAMES_TOLD, name, &size)) {
		escape_text(text, sizeof(text), name, size);
		log_fact(log, "certificate.names", "%s", text);
	}
}

static void log_certificate(gnutls_x509_crt_t crt, const gnutls_datum_t *der, const struct log *log)
{
	char text[DN_SIZE], print[TLS_PRINT_SIZE], pin[TLS_PIN_SIZE];

	tls_dn_text(crt, false, text, sizeof(text));
	log_fact(log, "certificate.subject", "%s", text);
	log_names(crt, log);
	tls_dn_text(crt, true, text, sizeof(text));
	log_fact(log, "certificate.issuer", "%s", text);
	log_number(log, "certificate.not_before", tls_not_before(crt));
	log_number(log, "certificate.not_after", tls_not_after(crt));
	if (!tls_identify(crt, der, print, pin))
		return;
	log_fact(log, "certificate.sha256", "%s", print);
	log_fact(log, "certificate.pin", "%s", pin);
}

void tls_facts_log(gnutls_session_t session, const struct tls_options *options, bool verified, const struct log *log)
{
	bool by_authority = options->proof == TLS_BY_CA || options->proof == TLS_BY_BOTH;
	gnutls_x509_crt_t crt = NULL;
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);

	if (!log || !log->fact || !chain || count == 0 ||
	    gnutls_certificate_type_get2(session, GNUTLS_CTYPE_SERVER) != GNUTLS_CRT_X509)
		return;
	log_algorithms(session, options, log);
	log_number(log, "tls.verified", verified);
	if (gnutls_x509_crt_init(&crt) < 0)
		return;
	if (gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) >= 0) {
		log_fact(log, "tls.ocsp", "%s", staple_state(session, crt, verified && by_authority));
		log_certificate(crt, &chain[0], log);
	}
	gnutls_x509_crt_deinit(crt);
}
