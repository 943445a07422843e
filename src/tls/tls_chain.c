#include "config.h"

#include <string.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/tls.h"
#include "tls/tls_gnutls.h"

enum { STEPS_MOST = 16 }; /* certificates between the server's own and an authority; GnuTLS accepts no more */

static bool is_outdated(gnutls_x509_crt_t crt, bool expired, int64_t *limit)
{
	*limit = expired ? tls_not_after(crt) : tls_not_before(crt);
	return expired ? *limit < (int64_t)time(NULL) : *limit > (int64_t)time(NULL);
}

/* Broken algorithms also show who the issuer is; tls_chain_is_weak judges them. */
static bool is_signed_by(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
	const unsigned flags =
	    GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1;
	unsigned status = 0;

	return gnutls_x509_crt_check_issuer(crt, issuer) &&
	    gnutls_x509_crt_verify(crt, &issuer, 1, flags, &status) >= 0 && status == 0;
}

/* Finds the issuer among the certificates that the server sent, in any order. The caller frees it. */
static gnutls_x509_crt_t find_sent(gnutls_x509_crt_t crt, const gnutls_datum_t *chain, unsigned count)
{
	gnutls_x509_crt_t issuer = NULL;

	for (unsigned i = 1; i < count; i++) {
		if (gnutls_x509_crt_init(&issuer) < 0)
			return NULL;
		if (gnutls_x509_crt_import(issuer, &chain[i], GNUTLS_X509_FMT_DER) >= 0 &&
		    !gnutls_x509_crt_equals(crt, issuer) && is_signed_by(crt, issuer))
			return issuer;
		gnutls_x509_crt_deinit(issuer);
	}
	return NULL;
}

/* Finds the issuer among the certificates that are trusted. For one of them, that may be itself. The caller frees it. */
static gnutls_x509_crt_t find_trusted(gnutls_x509_crt_t crt, const struct tls_trust *trust)
{
	gnutls_x509_crt_t issuer = NULL;

	if (gnutls_certificate_get_issuer(trust->credentials, crt, &issuer, GNUTLS_TL_GET_COPY) < 0)
		return NULL;
	return issuer;
}

gnutls_x509_crt_t tls_chain_issuer(const struct tls_trust *trust, gnutls_x509_crt_t crt, const gnutls_datum_t *chain,
    unsigned count, bool *trusted)
{
	gnutls_x509_crt_t issuer = find_sent(crt, chain, count);

	*trusted = false;
	if (issuer)
		return issuer;
	issuer = find_trusted(crt, trust);
	*trusted = issuer != NULL;
	return issuer;
}

/* Returns whether the issuer of a certificate, which the server sent, is trusted here as well. */
static bool is_trusted(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer, const struct tls_trust *trust)
{
	gnutls_x509_crt_t known = find_trusted(crt, trust);
	bool same = known && gnutls_x509_crt_equals(issuer, known);

	if (known)
		gnutls_x509_crt_deinit(known);
	return same;
}

bool tls_chain_outdated(const struct tls_trust *trust, const gnutls_datum_t *chain, unsigned count, bool expired,
    struct tls_outdated *out)
{
	gnutls_x509_crt_t crt = NULL, issuer;
	bool found = false;

	*out = (struct tls_outdated){.own = true};
	if (count == 0 || gnutls_x509_crt_init(&crt) < 0)
		return false;
	if (gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) < 0)
		goto out;
	for (unsigned i = 0; !(found = is_outdated(crt, expired, &out->limit)) && i < STEPS_MOST; i++) {
		issuer = tls_chain_issuer(trust, crt, chain, out->trusted ? 0 : count, &out->trusted);
		if (!issuer)
			break;
		out->trusted = out->trusted || is_trusted(crt, issuer, trust);
		gnutls_x509_crt_deinit(crt);
		crt = issuer;
		out->own = false;
	}
	tls_dn_text(crt, false, out->subject, sizeof(out->subject));
out:
	gnutls_x509_crt_deinit(crt);
	return found;
}
