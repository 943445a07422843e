#include "config.h"

/*
 * On some 32-bit systems, GnuTLS returns a time_t of 32 bits, although the rest of this program has one of 64. This
 * file has the time_t of GnuTLS, so no other file may pass a time_t to GnuTLS or get one from it.
 */
#ifdef OWN_TIME_BITS
#undef _TIME_BITS
#endif

#include "tls/tls_gnutls.h"

#include <gnutls/x509.h>

int64_t tls_not_before(gnutls_x509_crt_t crt)
{
	return (int64_t)gnutls_x509_crt_get_activation_time(crt);
}

int64_t tls_not_after(gnutls_x509_crt_t crt)
{
	return (int64_t)gnutls_x509_crt_get_expiration_time(crt);
}
