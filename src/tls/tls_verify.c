#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/escape.h"
#include "tls/tls.h"
#include "tls/tls_gnutls.h"

enum {
	WHAT_MOST = 330, /* size of a fault's description; identification needs the rest of a cause */
	DN_MOST = 100,	 /* size of a DN in messages; too short for a false fingerprint */
};

/* The server's own certificate and its identification for messages. */
struct shown {
	const struct tls_trust *trust;
	enum tls_proof proof;
	const struct dane *dane; /* the records, for TLS_BY_DANE, else NULL */
	gnutls_x509_crt_t crt;
	const gnutls_datum_t *chain;
	unsigned count;
	char print[TLS_PRINT_SIZE];
	char pin[TLS_PIN_SIZE];
};

static bool refuse(const struct shown *s, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Sets an error with the fault and the identification of the certificate. The identification is never cut, however
 * long the fault is.
 */
static bool refuse(const struct shown *s, struct error *err, const char *format, ...)
{
	char raw[1024], what[WHAT_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape_text(what, sizeof(what), raw, strlen(raw));
	return error_set(err, ERROR_TLS, "%s (SHA-256 fingerprint %s, key pin %s)", what, s->print, s->pin);
}

/* A common name does not identify a host, even if there is no other name (RFC 9525, section 2). */
static bool refuse_nameless(const struct shown *s, struct error *err)
{
	char name[TLS_NAME_SIZE], brief[DN_MOST];
	size_t size = sizeof(name);

	if (gnutls_x509_crt_get_dn_by_oid(s->crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) == 0) {
		escape_text(brief, sizeof(brief), name, size);
		refuse(s, err, "the certificate lists no names, and its common name, %s, is not accepted", brief);
	} else {
		refuse(s, err, "the certificate lists no names");
	}
	return error_hint(err,
	    "ask the server's operator for a certificate with the server's name among its alternative names; if the "
	    "server is yours, set tls_pins to the key pin and tls_trust = pin");
}

static bool refuse_name(const struct shown *s, const char *name, struct error *err)
{
	struct buf names = {0};
	char brief[WHAT_MOST - 48];
	size_t room = sizeof(brief) - strlen(name);

	if (tls_append_names(&names, s->crt) == 0) {
		buf_free(&names);
		return refuse_nameless(s, err);
	}
	/* Show our own name completely and cut the certificate's names. */
	escape_text(brief, room > 32 && room <= sizeof(brief) ? room : 32, buf_string(&names),
	    strlen(buf_string(&names)));
	refuse(s, err, "the certificate was issued for %s, not for %s%s", brief,
	    tls_is_address(name) ? "the address " : "", name);
	buf_free(&names);
	return error_hint(err,
	    "set server to the name that the provider documents for POP3; set tls_server_name to the name in the "
	    "certificate only if the provider confirms it");
}

/* Only an update of this machine can replace an authority, also if the server sent it along. */
static bool refuse_authority(const struct shown *s, const struct tls_outdated *which, const char *date,
    struct error *err)
{
	refuse(s, err, "the authority %s, which is trusted here, expired on %s", which->subject, date);
	if (s->trust->own_authorities)
		return error_hint(err,
		    "check this machine's date; if it is right, put the authority's current certificate into "
		    "tls_ca_file, or remove tls_ca_file to use the system's");
	return error_hint(err,
	    "check this machine's date; if it is right, update the package ca-certificates, or set tls_ca_file to "
	    "the certificate of a newer authority of the server");
}

/* Reports the first certificate, starting with the server's own, that has expired or is not yet valid. */
static bool refuse_dates(const struct shown *s, bool expired, struct error *err)
{
	char date[CALENDAR_TEXT] = "unknown", whose[DN_MOST + 40] = "a certificate in the server's chain";
	struct tls_outdated which;

	if (tls_chain_outdated(s->trust, s->chain, s->count, expired, &which)) {
		calendar_day(which.limit, date);
		if (expired && which.trusted)
			return refuse_authority(s, &which, date, err);
		if (which.own)
			snprintf(whose, sizeof(whose), "the certificate");
		else
			snprintf(whose, sizeof(whose), "the issuer's certificate (%s)", which.subject);
	}
	if (expired) {
		refuse(s, err, "%s expired on %s", whose, date);
		return error_hint(err,
		    "check this machine's date; if it is right, ask the server's operator to renew the certificate");
	}
	refuse(s, err, "%s is not valid before %s", whose, date);
	return error_hint(err, "check this machine's date");
}

static bool refuse_issuer(const struct shown *s, struct error *err)
{
	char issuer[DN_MOST];

	tls_dn_text(s->crt, true, issuer, sizeof(issuer));
	refuse(s, err, "the certificate's issuer is not trusted: %s", issuer);
	/* An old system does not know the newest authorities. */
	if (!s->trust->own_authorities && !gnutls_x509_crt_check_issuer(s->crt, s->crt))
		return error_hint(err,
		    "if the server is a provider's, update the package ca-certificates; if it is yours, set "
		    "tls_ca_file to the certificate of its issuer");
	return error_hint(err,
	    "if the server is yours, set tls_ca_file to the certificate of its issuer; or compare the fingerprint "
	    "with the server's own, then set tls_pins to the key pin and tls_trust = pin");
}

static bool refuse_revoked(const struct shown *s, struct error *err)
{
	refuse(s, err, "the certificate or one of its issuers has been revoked");
	return error_hint(err, "do not use this server until its operator has replaced the certificate");
}

#define STRONG_KEY "a key of at least 2048 bits (RSA) or 256 bits (ECDSA)"

/* Pins and records do not make up for a weak key, because others can compute it. */
static bool refuse_weak_key(const struct shown *s, const struct tls_weakness *w, struct error *err)
{
	if (w->trusted) {
		refuse(s, err, "the key of the authority %s, which is trusted here, is too weak: %s", w->subject,
		    w->what);
		if (s->trust->own_authorities)
			return error_hint(err,
			    "create an authority with " STRONG_KEY
			    ", sign the server's certificate with it, and put it into tls_ca_file");
		return error_hint(err, "ask the server's operator for a certificate from another authority");
	}
	if (!w->own) {
		refuse(s, err, "the key of the issuer's certificate (%s) is too weak: %s", w->subject, w->what);
		return error_hint(err, "ask the server's operator for a certificate whose issuers have " STRONG_KEY);
	}
	refuse(s, err, "the certificate's key is too weak: %s", w->what);
	if (s->proof == TLS_BY_PIN)
		return error_hint(err,
		    "create " STRONG_KEY " on the server, and set tls_pins to its key pin; if the server cannot use "
		    "one, run a TLS proxy such as stunnel in front of it");
	return error_hint(err, "ask the server's operator for a certificate with " STRONG_KEY);
}

static bool refuse_weak(const struct shown *s, const struct tls_weakness *w, struct error *err)
{
	if (w->key)
		return refuse_weak_key(s, w, err);
	if (w->own)
		refuse(s, err, "the signature on the certificate can be forged: %s", w->what);
	else
		refuse(s, err, "the signature on the issuer's certificate (%s) can be forged: %s", w->subject, w->what);
	return error_hint(err,
	    "ask the server's operator for a certificate that is signed with SHA-256; if the server is yours, set "
	    "tls_pins to the key pin and tls_trust = pin");
}

/* Reports a bad or missing stapled OCSP response (RFC 6066, section 8; RFC 7633). */
static bool refuse_staple(const struct shown *s, unsigned status, struct error *err)
{
	if (status & GNUTLS_CERT_MISSING_OCSP_STATUS) {
		refuse(s, err, "the certificate requires a stapled OCSP response, but the server sent none");
		return error_hint(err,
		    "try again later; if this persists, ask the server's operator to set up OCSP stapling");
	}
	refuse(s, err, "the server's stapled OCSP response is %s",
	    status & GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED		? "out of date"
		: status & GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE ? "dated in the future"
									: "not valid for the certificate");
	return error_hint(err,
	    "check this machine's date and try again later; if this persists, ask the server's operator");
}

static bool refuse_otherwise(const struct shown *s, unsigned status, struct error *err)
{
	gnutls_datum_t words = {0};

	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0) < 0)
		words.data = NULL;
	refuse(s, err, "the certificate was not accepted: %s", words.data ? (const char *)words.data : "?");
	gnutls_free(words.data);
	return error_hint(err, "ask the server's operator to replace it");
}

/* Reports only the most significant fault, because names and dates mean nothing without a trusted issuer. */
static bool refuse_status(const struct shown *s, unsigned status, const char *name, struct error *err)
{
	struct tls_weakness w;

	if (status & GNUTLS_CERT_REVOKED)
		return refuse_revoked(s, err);
	if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
		return refuse_issuer(s, err);
	if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) && tls_chain_is_weak(s->trust, s->dane, s->chain, s->count, &w))
		return refuse_weak(s, &w, err);
	if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		return refuse_name(s, name, err);
	if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
		return refuse_dates(s, (status & GNUTLS_CERT_EXPIRED) != 0, err);
	if (status &
	    (GNUTLS_CERT_MISSING_OCSP_STATUS | GNUTLS_CERT_INVALID_OCSP_STATUS |
		GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE))
		return refuse_staple(s, status, err);
	if (status & GNUTLS_CERT_PURPOSE_MISMATCH) {
		refuse(s, err, "the certificate is not valid for servers");
		return error_hint(err, "ask the server's operator to replace it");
	}
	if (status & GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE) {
		refuse(s, err,
		    "the certificate is outside the limits (names, length of the chain) of an issuer's certificate");
		return error_hint(err, "ask the server's operator for a certificate from an issuer that may sign it");
	}
	return refuse_otherwise(s, status, err);
}

/* Returns whether the certificate lists DNS names. If it lists none, GnuTLS uses the common name. */
static bool lists_names(gnutls_x509_crt_t crt)
{
	char name[TLS_NAME_SIZE];
	size_t size = sizeof(name);
	int type;

	for (unsigned i = 0; (type = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &size, NULL)) >= 0; i++) {
		if (type == GNUTLS_SAN_DNSNAME)
			return true;
		size = sizeof(name);
	}
	return false;
}

/*
 * Evaluates the status of GnuTLS. Refuses a match of the common name, and what the priority string of a user or a
 * system would let pass as strong enough.
 */
static bool judge(const struct shown *s, unsigned status, const char *name, struct error *err)
{
	struct tls_weakness w;

	if (status == 0 && !tls_is_address(name) && !lists_names(s->crt))
		status = GNUTLS_CERT_UNEXPECTED_OWNER;
	if (status != 0)
		return refuse_status(s, status, name, err);
	return !tls_chain_is_weak(s->trust, s->dane, s->chain, s->count, &w) || refuse_weak(s, &w, err);
}

static bool refuse_records(const struct shown *s, struct error *err)
{
	refuse(s, err, "the server's TLSA records name neither its key nor its issuer");
	return error_hint(err,
	    "ask the server's operator to correct the records (usage 2 or 3): "
	    "another host may be impersonating the server");
}

/*
 * Checks the certificate by DNS: either the key alone, or an issuer together with names, dates and purpose (RFC 7671,
 * section 5).
 */
static bool check_records(const struct shown *s, const struct dane *dane, gnutls_typed_vdata_st *wanted,
    unsigned elements, const char *name, struct error *err)
{
	unsigned status = 0;
	int code;

	if (tls_dane_has_key(dane, s->crt, &s->chain[0]))
		return true;
	code = tls_dane_verify(dane, s->chain, s->count, wanted, elements, &status);
	/* The presence of an issuer among the certificates that the server sent proves nothing. */
	if (code < 0 ||
	    (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA | GNUTLS_CERT_SIGNATURE_FAILURE)))
		return refuse_records(s, err);
	return judge(s, status, name, err);
}

/*
 * Checks the chain, dates, revocation, purpose and name (RFC 8314, section 5; RFC 5280, section 4.2.1.12; RFC 9525,
 * sections 6.3 and 6.4).
 */
static bool check_chain(gnutls_session_t session, const struct shown *s, const struct tls_options *o, char *name,
    struct error *err)
{
	static char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
	gnutls_typed_vdata_st wanted[] = {
	    {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)name},
	    {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)purpose},
	};
	unsigned status = 0;
	int code;

	if (o->proof == TLS_BY_DANE)
		return check_records(s, o->dane, wanted, 2, name, err);
	code = gnutls_certificate_verify_peers(session, wanted, 2, &status);
	if (code < 0) {
		refuse(s, err, "the certificate could not be checked: %s", gnutls_strerror(code));
		return error_hint(err, "ask the server's operator to replace it");
	}
	return judge(s, status, name, err);
}

bool tls_says_good(const gnutls_datum_t *raw, gnutls_x509_crt_t crt)
{
	gnutls_ocsp_resp_t answers = NULL;
	unsigned status = 0;
	bool good = false, bad = false;

	if (gnutls_ocsp_resp_init(&answers) < 0)
		return false;
	if (gnutls_ocsp_resp_import(answers, raw) >= 0) {
		for (unsigned i = 0; gnutls_ocsp_resp_get_single(answers, i, NULL, NULL, NULL, NULL, &status, NULL,
					 NULL, NULL, NULL) >= 0;
		     i++) {
			bool ours = gnutls_ocsp_resp_check_crt(answers, i, crt) >= 0;

			good = good || (ours && status == GNUTLS_OCSP_CERT_GOOD);
			bad = bad || (ours && status != GNUTLS_OCSP_CERT_GOOD);
		}
	}
	gnutls_ocsp_resp_deinit(answers);
	return good && !bad;
}

/*
 * GnuTLS treats the status "unknown" like a missing response, and some versions read only the first of several statuses
 * (CVE-2026-3832). A server that staples a response must staple a good one
 * (RFC 6066, section 8).
 */
static bool check_staple(gnutls_session_t session, const struct shown *s, struct error *err)
{
	gnutls_datum_t raw = {0};

	if (gnutls_ocsp_status_request_get2(session, 0, &raw) < 0 || raw.size == 0 || tls_says_good(&raw, s->crt))
		return true;
	return refuse_staple(s, GNUTLS_CERT_INVALID_OCSP_STATUS, err);
}

/*
 * GnuTLS looks up a certificate in the revocation lists but does not check the dates and signatures of the lists,
 * which are often fetched in clear text. This function requires a list of the issuer that is current and signed by
 * the issuer.
 */
static bool check_lists(const struct shown *s, struct error *err)
{
	const struct tls_trust *trust = s->trust;
	bool trusted;
	gnutls_x509_crt_t issuer = tls_chain_issuer(trust, s->crt, s->chain, s->count, &trusted);
	const char *fault = "contains no list of its issuer";
	bool ok = trust->list_count == 0;

	for (unsigned i = 0; !ok && issuer && i < trust->list_count; i++) {
		unsigned status = 0;

		if (!gnutls_x509_crl_check_issuer(trust->lists[i], issuer))
			continue;
		if (gnutls_x509_crl_verify(trust->lists[i], &issuer, 1, 0, &status) < 0)
			status = GNUTLS_CERT_INVALID;
		ok = status == 0;
		if (status & GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED)
			fault = "contains an outdated list of its issuer";
		else if (status & GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE)
			fault = "contains a list of its issuer that is dated in the future";
		else if (!ok)
			fault = "contains a list of its issuer that the issuer has not signed";
	}
	if (issuer)
		gnutls_x509_crt_deinit(issuer);
	if (ok)
		return true;
	refuse(s, err, "it is unknown whether the certificate has been revoked: tls_crl_file %s", fault);
	return error_hint(err, "download the issuer's newest list to tls_crl_file, or remove tls_crl_file");
}

/* Without an authority, the key identifies the server, and the dates limit its use. */
static bool check_dates(const struct shown *s, struct error *err)
{
	struct tls_outdated which;

	if (tls_chain_outdated(s->trust, s->chain, 1, true, &which) && which.own)
		return refuse_dates(s, true, err);
	if (tls_chain_outdated(s->trust, s->chain, 1, false, &which) && which.own)
		return refuse_dates(s, false, err);
	return true;
}

static bool check_pin(const struct shown *s, char *const *pins, struct error *err)
{
	for (char *const *pin = pins; pin && *pin; pin++) {
		if (strcmp(*pin, s->pin) == 0)
			return true;
	}
	refuse(s, err, "the server's key is not in tls_pins");
	return error_hint(err,
	    "add the key pin to tls_pins only if the server's operator confirms the new key: "
	    "another host may be impersonating the server");
}

/* The pin is the SHA-256 of the SubjectPublicKeyInfo (RFC 7469, section 2.4). */
bool tls_identify(gnutls_x509_crt_t crt, const gnutls_datum_t *der, char print[TLS_PRINT_SIZE], char pin[TLS_PIN_SIZE])
{
	unsigned char all[DIGEST_SIZE], key[DIGEST_SIZE];
	size_t size = sizeof(key);
	struct digest d;
	gnutls_datum_t raw = {key, sizeof(key)}, text = {0};

	digest_start(&d);
	digest_add(&d, der->data, der->size);
	digest_end(&d, all);
	for (size_t i = 0; i < DIGEST_SIZE; i++)
		snprintf(print + 3 * i, TLS_PRINT_SIZE - 3 * i, i + 1 < DIGEST_SIZE ? "%02X:" : "%02X", all[i]);
	if (gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, key, &size) < 0 || size != sizeof(key))
		return false;
	if (gnutls_base64_encode2(&raw, &text) < 0)
		return false;
	snprintf(pin, TLS_PIN_SIZE, "sha256:%.*s", (int)text.size, (const char *)text.data);
	gnutls_free(text.data);
	return true;
}

bool tls_verify(gnutls_session_t session, const struct tls_options *options, char *name, struct error *err)
{
	bool by_authority = options->proof == TLS_BY_CA || options->proof == TLS_BY_BOTH;
	bool by_pin = options->proof == TLS_BY_PIN || options->proof == TLS_BY_BOTH;
	struct shown s = {.trust = options->trust, .proof = options->proof};
	struct tls_weakness w;
	bool ok;

	s.dane = options->proof == TLS_BY_DANE ? options->dane : NULL;
	s.chain = gnutls_certificate_get_peers(session, &s.count);
	if (!s.chain || s.count == 0 || gnutls_certificate_type_get2(session, GNUTLS_CTYPE_SERVER) != GNUTLS_CRT_X509) {
		error_set(err, ERROR_TLS, "the server sent no certificate");
		return error_hint(err, "ask the server's operator to install a certificate");
	}
	if (gnutls_x509_crt_init(&s.crt) < 0 || gnutls_x509_crt_import(s.crt, &s.chain[0], GNUTLS_X509_FMT_DER) < 0 ||
	    !tls_identify(s.crt, &s.chain[0], s.print, s.pin)) {
		ok = error_set(err, ERROR_TLS, "the server's certificate cannot be read");
		error_hint(err, "ask the server's operator to replace it");
	} else {
		ok = !tls_own_key_is_weak(s.crt, &w) || refuse_weak(&s, &w, err);
		ok = ok && (options->proof == TLS_BY_PIN || check_chain(session, &s, options, name, err));
		ok = ok && (!by_authority || (check_staple(session, &s, err) && check_lists(&s, err)));
		ok = ok && (!by_pin || check_pin(&s, options->pins, err));
		ok = ok && (options->proof != TLS_BY_PIN || check_dates(&s, err));
	}
	if (s.crt)
		gnutls_x509_crt_deinit(s.crt);
	return ok;
}
