#ifndef MAILHAUL_IO_TLS_GNUTLS_H
#define MAILHAUL_IO_TLS_GNUTLS_H

/* What the files of TLS share among themselves. No other file includes this: only they see GnuTLS. */

#include <stdbool.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct error;
struct tls_options;

/* Where certificates and keys are, loaded once and shared by connections. */
struct tls_trust {
	gnutls_certificate_credentials_t credentials;
	gnutls_x509_crl_t *lists; /* the revocation lists that credentials has, too */
	unsigned list_count;
};

/*
 * Checks what the server has shown in a handshake that is going on, as the options say. name is that of
 * the options, in ASCII. ERROR_TLS tells what is wrong, which certificate it is, and what to do.
 */
bool tls_verify(gnutls_session_t session, const struct tls_options *options, char *name, struct error *err);

/* Sets versions and algorithms; a code of GnuTLS, negative when it failed. */
int tls_priority_set(gnutls_session_t session, const char *priority, bool newest_only);

#endif
