#ifndef MAILHAUL_TLS_TLS_GNUTLS_H
#define MAILHAUL_TLS_TLS_GNUTLS_H

/* Internal declarations of the TLS files. No other file includes this header, because only the TLS files use GnuTLS. */

#include <stdbool.h>
#include <stdint.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/tls.h"

struct buf;
struct dane;
struct error;
struct key_log;
struct log;

/* Certificates and keys, loaded once and shared by connections. */
struct tls_trust {
	gnutls_certificate_credentials_t credentials;
	gnutls_x509_crl_t *lists; /* the revocation lists, which credentials also has */
	unsigned list_count;
	bool own_authorities;	       /* the authorities are those of tls_ca_file, not the system's */
	const struct key_log *key_log; /* NULL: no key log */
};

/*
 * Checks the server's certificate during a handshake, according to the options. `name` is the name of the options in
 * ASCII. Sets ERROR_TLS; the error names the fault and identifies the certificate, and the hint says what to do.
 */
bool tls_verify(gnutls_session_t session, const struct tls_options *options, char *name, struct error *err);

/*
 * Returns whether a record names the server's own key or certificate. In that case no other check applies (RFC 7671,
 * section 5.1).
 */
bool tls_dane_has_key(const struct dane *dane, gnutls_x509_crt_t crt, const gnutls_datum_t *der);

/* Returns whether a record names this certificate or its key as an issuer. */
bool tls_dane_has_issuer(const struct dane *dane, gnutls_x509_crt_t crt);

/*
 * Verifies the server's chain up to an issuer that the records name, and the `wanted` properties of the certificate.
 * Fills *status as GnuTLS does. Returns a GnuTLS code: GNUTLS_E_NO_CERTIFICATE_FOUND if the records name no issuer of
 * the certificate.
 */
int tls_dane_verify(const struct dane *dane, const gnutls_datum_t *chain, unsigned count, gnutls_typed_vdata_st *wanted,
    unsigned elements, unsigned *status);

/* A certificate between the server's own and the authority that is trusted. */
struct tls_outdated {
	bool own;     /* it is the server's own certificate */
	bool trusted; /* it is among the certificates that are trusted here, so that the server cannot replace it */
	char subject[100]; /* too short for a false fingerprint */
	int64_t limit;	   /* when it expired, or when it becomes valid; seconds since the epoch */
};

/*
 * Finds the first certificate that has expired (or else is not yet valid), from the server's own up to the authority.
 * Returns false if there is none.
 */
bool tls_chain_outdated(const struct tls_trust *trust, const gnutls_datum_t *chain, unsigned count, bool expired,
    struct tls_outdated *out);

/* A certificate of the server's chain that is not strong enough to prove anything. */
struct tls_weakness {
	bool own;	   /* it is the server's own certificate */
	bool trusted;	   /* it is among the certificates that are trusted here */
	bool key;	   /* its key is too weak; otherwise the signature on it is */
	char subject[100]; /* too short for a false fingerprint */
	char what[64];	   /* the key, such as "RSA with 1024 bits", or the algorithm of the signature */
};

/*
 * Returns whether the key of the server's own certificate is too weak: RSA and DSA need 2048 bits, and curves 256. Also
 * a key that the user or DNS names has to be strong, because whoever computes it can impersonate the server.
 */
bool tls_own_key_is_weak(gnutls_x509_crt_t crt, struct tls_weakness *out);

/*
 * Finds the first certificate with a weak key or a weak signature (MD5, SHA-1), from the server's own up to the one that
 * is trusted, whose signature does not count. `dane`: the records name the trusted ones; otherwise NULL. Returns false
 * if there is none.
 */
bool tls_chain_is_weak(const struct tls_trust *trust, const struct dane *dane, const gnutls_datum_t *chain,
    unsigned count, struct tls_weakness *out);

/*
 * Returns the certificate of the issuer, from the chain that the server sent or else from those that are trusted, and
 * sets *trusted if it is one of the latter. Returns NULL if there is none. The caller frees it.
 */
gnutls_x509_crt_t tls_chain_issuer(const struct tls_trust *trust, gnutls_x509_crt_t crt, const gnutls_datum_t *chain,
    unsigned count, bool *trusted);

/* Returns whether a host is an address. An address is not sent as SNI. */
bool tls_is_address(const char *host);

enum {
	TLS_PRINT_SIZE = 96, /* 32 bytes in hexadecimal with a colon between bytes */
	TLS_PIN_SIZE = 64,
	TLS_NAME_SIZE = 256,
};

/*
 * Identifies a certificate: `print` is the SHA-256 of the certificate in the format of openssl, and `pin` is
 * "sha256:BASE64" of its key. Returns false on failure.
 */
bool tls_identify(gnutls_x509_crt_t crt, const gnutls_datum_t *der, char print[TLS_PRINT_SIZE], char pin[TLS_PIN_SIZE]);

/*
 * Return the first and the last second in which a certificate is valid (RFC 5280, section 4.1.2.5), or -1 if GnuTLS
 * cannot read it. Where its time_t has 32 bits, the last second is never later than in 2037.
 */
int64_t tls_not_before(gnutls_x509_crt_t crt);
int64_t tls_not_after(gnutls_x509_crt_t crt);

/* Writes the subject or the issuer of a certificate, escaped and cut to fit. */
void tls_dn_text(gnutls_x509_crt_t crt, bool issuer, char *out, size_t size);

/*
 * Returns the next host name or address of a certificate. `name` is not terminated. *at starts at 0 and is advanced.
 * Returns false after the first `most` names of any kind.
 */
bool tls_next_name(gnutls_x509_crt_t crt, unsigned *at, unsigned most, char name[TLS_NAME_SIZE], size_t *size);

/* Appends the first names and addresses of a certificate. Returns their number. */
unsigned tls_append_names(struct buf *out, gnutls_x509_crt_t crt);

/*
 * Returns whether the OCSP response `raw` says that the certificate is good, and nowhere anything else of it. It does
 * not check signatures.
 */
bool tls_says_good(const gnutls_datum_t *raw, gnutls_x509_crt_t crt);

/* Logs the facts of a session that has received the server's certificate. verified: the certificate was accepted. */
void tls_facts_log(gnutls_session_t session, const struct tls_options *options, bool verified, const struct log *log);

/* Returns the group of X25519 and ML-KEM-768 together, or GNUTLS_GROUP_INVALID if the library at hand lacks it. */
gnutls_group_t tls_hybrid_group(void);

/* Sets versions and algorithms. Returns a GnuTLS code, which is negative on failure. */
int tls_priority_set(gnutls_session_t session, const char *priority, bool newest_only);

#endif
