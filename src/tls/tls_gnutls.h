#ifndef MAILHAUL_TLS_TLS_GNUTLS_H
#define MAILHAUL_TLS_TLS_GNUTLS_H

/* What the files of TLS share among themselves. No other file includes this: only they see GnuTLS. */

#include <stdbool.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/tls.h"

struct dane;
struct error;
struct key_log;
struct log;

/* Where certificates and keys are, loaded once and shared by connections. */
struct tls_trust {
	gnutls_certificate_credentials_t credentials;
	gnutls_x509_crl_t *lists; /* the revocation lists that credentials has, too */
	unsigned list_count;
	const struct key_log *key_log; /* or NULL */
};

/*
 * Checks what the server has shown in a handshake that is going on, as the options say. name is that of
 * the options, in ASCII. ERROR_TLS tells what is wrong, which certificate it is, and what to do.
 */
bool tls_verify(gnutls_session_t session, const struct tls_options *options, char *name, struct error *err);

/* Whether a record names the server's own key or certificate; then nothing else counts (RFC 7671, 5.1). */
bool tls_dane_has_key(const struct dane *dane, gnutls_x509_crt_t crt, const gnutls_datum_t *der);

/*
 * Checks the server's chain up to an issuer that the records name, and what is wanted of the certificate. Fills
 * *status as GnuTLS does; a code of GnuTLS, GNUTLS_E_NO_CERTIFICATE_FOUND when they name none of its issuers.
 */
int tls_dane_verify(const struct dane *dane, const gnutls_datum_t *chain, unsigned count, gnutls_typed_vdata_st *wanted,
    unsigned elements, unsigned *status);

/* Whether a host is an address, which is neither sent as SNI nor looked for among names. */
bool tls_is_address(const char *host);

enum {
	TLS_PRINT_SIZE = 96, /* 32 octets in hexadecimal, with a colon between two */
	TLS_PIN_SIZE = 64,
	TLS_NAME_SIZE = 256,
};

/* What identifies a certificate: SHA-256 of all of it, as openssl writes that, and "sha256:BASE64" of its key. */
bool tls_identify(gnutls_x509_crt_t crt, const gnutls_datum_t *der, char print[TLS_PRINT_SIZE], char pin[TLS_PIN_SIZE]);

/* Whom it was issued for, or by; escaped, and cut to fit. */
void tls_dn_text(gnutls_x509_crt_t crt, bool issuer, char *out, size_t size);

/*
 * The next host name or address that it is for, not terminated; *at, first 0, moves behind it. False: no
 * more among the first `most` names, of whatever kind.
 */
bool tls_next_name(gnutls_x509_crt_t crt, unsigned *at, unsigned most, char name[TLS_NAME_SIZE], size_t *size);

/* Whether one of the OCSP answers in raw says of the certificate that it is good. Who signed them is not looked at. */
bool tls_says_good(const gnutls_datum_t *raw, gnutls_x509_crt_t crt);

/* The facts of a session that has come as far as the server's certificate; verified: it was accepted. */
void tls_facts_tell(gnutls_session_t session, enum tls_proof proof, bool verified, const struct log *log);

/* Sets versions and algorithms; a code of GnuTLS, negative when it failed. */
int tls_priority_set(gnutls_session_t session, const char *priority, bool newest_only);

#endif
