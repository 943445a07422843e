#ifndef MAILHAUL_IO_TLS_GNUTLS_H
#define MAILHAUL_IO_TLS_GNUTLS_H

/* What the files of TLS share among themselves. No other file includes this: only they see GnuTLS. */

#include <stdbool.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct dane;
struct error;
struct key_log;
struct tls_options;

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

/* Sets versions and algorithms; a code of GnuTLS, negative when it failed. */
int tls_priority_set(gnutls_session_t session, const char *priority, bool newest_only);

#endif
