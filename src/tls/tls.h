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

/* The files that define trust, as paths or NULL. Accounts with the same files share the loaded data. */
struct tls_files {
	bool no_authorities;	       /* no authority is trusted; only pins count */
	const char *ca_file;	       /* NULL: the system's authorities */
	const char *crl_file;	       /* revoked certificates */
	const char *client_cert;       /* the certificate for a server that asks for one; a path or a PKCS#11 URI */
	const char *client_key;	       /* NULL: the key is in client_cert */
	const struct key_log *key_log; /* receives session keys, or NULL; must outlive the trust */
};

/* What proves the identity of a server. */
enum tls_proof {
	TLS_BY_CA,   /* a trusted authority */
	TLS_BY_PIN,  /* its key alone; issuer and names are ignored */
	TLS_BY_BOTH, /* a trusted authority and its key */
	TLS_BY_DANE, /* DNS records that name its key or issuer */
};

/* The TLS options of a connection. The caller owns everything in it, and it must outlive the connection. */
struct tls_options {
	const struct tls_trust *trust;
	const char *name; /* the name in the certificate; sent as SNI unless it is an address */
	enum tls_proof proof;
	char *const *pins;	 /* "sha256:BASE64" of a SubjectPublicKeyInfo, terminated by NULL, or NULL */
	const struct dane *dane; /* the records of the server, for TLS_BY_DANE */
	const char *priority;	 /* a GnuTLS priority string; NULL: the default */
	bool newest_only;	 /* only TLS 1.3, else 1.2 and 1.3 */
};

/*
 * Loads the given files. Any number of connections may use the result, also after fork. The caller frees it. Sets
 * ERROR_TLS if the system has no trusted certificates, and ERROR_CONFIG if a file cannot be used.
 */
bool tls_trust_load(struct tls_trust **out, const struct tls_files *files, struct error *err);
void tls_trust_free(struct tls_trust **trust);

/*
 * Checks a priority string together with newest_only. Sets ERROR_CONFIG if it is invalid or allows insecure
 * connections.
 */
bool tls_priority_check(const char *priority, bool newest_only, struct error *err);

/*
 * Converts a host name to the ASCII form of DNS and certificates (IDNA 2008). The caller frees *out. Sets
 * ERROR_CONFIG if the name has no such form.
 */
bool tls_ascii_name(const char *name, char **out, struct error *err);

/*
 * Makes a TLS client channel over another channel, which it then owns (also on failure). Opening it performs the
 * handshake and checks the certificate. It is open only when both have succeeded, and no application data is sent
 * before.
 */
bool tls_make(struct channel *out, struct channel below, const struct tls_options *options, struct error *err);

/*
 * Starts TLS on a stream within the stream's time limit. Input that arrived earlier is an error because it was sent
 * in clear text (RFC 2595, section 8). After a failure the stream can only be closed. In both cases the properties of
 * the connection (version, algorithms, the server's certificate) are logged as facts.
 */
bool tls_start(struct stream *s, const struct tls_options *options, const struct log *log, struct error *err);

/* Returns the version of GnuTLS in use, for --version. */
const char *tls_library_version(void);

#endif
