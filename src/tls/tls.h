#ifndef MAILHAUL_TLS_TLS_H
#define MAILHAUL_TLS_TLS_H

#include <stdbool.h>


struct channel;
struct dane;
struct error;
struct key_log;
struct log;
struct stream;
struct tls_trust;

/* The files that trust is made of: paths, or NULL. Accounts with the same ones share what was loaded. */
struct tls_files {
	bool no_authorities;	 /* nobody is believed: pins alone count */
	const char *ca_file;	 /* NULL: the system's */
	const char *crl_file;	 /* who of them has been revoked */
	const char *client_cert; /* what we show when the server asks; a path or a PKCS#11 URI */
	const char *client_key;	 /* NULL: in the file client_cert */
	const struct key_log *key_log; /* gets the keys of sessions; NULL: nobody does. It outlives the trust. */
};

/* Who has to vouch for a server. */
enum tls_proof {
	TLS_BY_CA,   /* an authority */
	TLS_BY_PIN,  /* its key alone; issuer and names do not count */
	TLS_BY_BOTH, /* an authority, and its key */
	TLS_BY_DANE, /* DNS, which names its key or its issuer */
};

/* How a connection is made secure. All of it belongs to the caller and outlives the connection. */
struct tls_options {
	const struct tls_trust *trust;
	const char *name; /* what the certificate must be for; sent as SNI unless it is an address */
	enum tls_proof proof;
	char *const *pins;    /* "sha256:BASE64" of a SubjectPublicKeyInfo, ended by NULL; NULL: none */
	const struct dane *dane; /* the server's, for TLS_BY_DANE */
	const char *priority; /* in GnuTLS's words; NULL: its own default */
	bool newest_only;     /* TLS 1.3, else 1.2 and 1.3 */
};

/*
 * Loads what files name. Used by any number of connections, also across fork. The caller frees it.
 * ERROR_TLS when the system trusts nobody, ERROR_CONFIG when a file cannot be used.
 */
bool tls_trust_load(struct tls_trust **out, const struct tls_files *files, struct error *err);
void tls_trust_free(struct tls_trust **trust);

/* Whether both can hold together: ERROR_CONFIG if not understood, or if they would allow what is not safe. */
bool tls_priority_check(const char *priority, bool newest_only, struct error *err);

/* A host name as DNS and certificates have it (IDNA 2008); the caller frees *out. ERROR_CONFIG if it has no such form. */
bool tls_ascii_name(const char *name, char **out, struct error *err);

/*
 * A client's TLS over another channel, which it then owns (also when it fails). To open it is the handshake and the
 * check of the certificate: it is open when both are finished and good, and no byte of the application was sent before.
 */
bool tls_make(struct channel *out, struct channel below, const struct tls_options *options, struct error *err);

/*
 * Puts TLS over the channel that carries a stream, and opens it within the stream's time limit. Input that arrived
 * before is refused, since it was sent in the clear (RFC 2595, 8.). When it fails, the stream can only be closed. What
 * is learnt of the connection (version, algorithms, the server's certificate) goes to the log as facts, in both cases.
 */
bool tls_start(struct stream *s, const struct tls_options *options, const struct log *log, struct error *err);

/* The version of the library that runs, for --version. */
const char *tls_library_version(void);

#endif
