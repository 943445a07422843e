#include "config.h"

#include <stdio.h>
#include <string.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/tls.h"
#include "tls/tls_gnutls.h"

enum {
	STEPS_MOST = 16,      /* certificates between the server's own and an authority; GnuTLS accepts no more */
	MODULUS_LEAST = 2048, /* bits of a key for RSA or DSA: 112 bits of strength */
	CURVE_LEAST = 256,    /* bits of a key on a curve; public authorities use no smaller ones */
};

/* Algorithms with one size of key are as strong as that size. Algorithms of later libraries are not known here. */
static bool key_is_weak(gnutls_x509_crt_t crt, char *what, size_t size)
{
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &bits);
	unsigned least = 0;

	switch (algorithm) {
	case GNUTLS_PK_RSA:
	case GNUTLS_PK_RSA_PSS:
	case GNUTLS_PK_DSA:
		least = MODULUS_LEAST;
		break;
	case GNUTLS_PK_ECDSA:
		least = CURVE_LEAST;
		break;
	default:
		break;
	}
	if (bits >= least)
		return false;
	snprintf(what, size, "%s with %u bits", gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm), bits);
	return true;
}

/* An algorithm that GnuTLS does not know was refused earlier, because such a signature cannot be verified. */
static bool signature_is_weak(gnutls_x509_crt_t crt, char *what, size_t size)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(crt);

	if (algorithm <= GNUTLS_SIGN_UNKNOWN ||
	    gnutls_sign_is_secure2((gnutls_sign_algorithm_t)algorithm, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
		return false;
	snprintf(what, size, "%s", gnutls_sign_get_name((gnutls_sign_algorithm_t)algorithm));
	return true;
}

bool tls_own_key_is_weak(gnutls_x509_crt_t crt, struct tls_weakness *out)
{
	*out = (struct tls_weakness){.own = true, .key = true};
	return key_is_weak(crt, out->what, sizeof(out->what));
}

/*
 * Returns the issuer that ends the chain first, as GnuTLS does: one that is trusted, or else one that the server sent.
 * With `dane`, records take the place of the trusted certificates. The caller frees it.
 */
static gnutls_x509_crt_t nearest_issuer(const struct tls_trust *trust, const struct dane *dane, gnutls_x509_crt_t crt,
    const gnutls_datum_t *chain, unsigned count, bool *trusted)
{
	gnutls_x509_crt_t issuer = dane ? NULL : tls_chain_issuer(trust, crt, NULL, 0, trusted);

	if (!issuer)
		issuer = tls_chain_issuer(trust, crt, chain, count, trusted);
	if (dane)
		*trusted = issuer && tls_dane_has_issuer(dane, issuer);
	return issuer;
}

/* The signature of a trusted certificate proves nothing and does not count, but its key does. */
bool tls_chain_is_weak(const struct tls_trust *trust, const struct dane *dane, const gnutls_datum_t *chain,
    unsigned count, struct tls_weakness *out)
{
	gnutls_x509_crt_t crt = NULL, issuer;
	bool found = false, ends = false;

	*out = (struct tls_weakness){.own = true};
	if (count == 0 || gnutls_x509_crt_init(&crt) < 0)
		return false;
	if (gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) < 0)
		goto out;
	for (unsigned i = 0; !found && !ends && i < STEPS_MOST; i++) {
		bool trusted = false;

		found = out->key = key_is_weak(crt, out->what, sizeof(out->what));
		if (found || out->trusted)
			break;
		issuer = nearest_issuer(trust, dane, crt, chain, count, &trusted);
		ends = !issuer || (trusted && gnutls_x509_crt_equals(issuer, crt));
		found = !(ends && issuer) && signature_is_weak(crt, out->what, sizeof(out->what));
		if (!found && !ends) {
			gnutls_x509_crt_deinit(crt);
			crt = issuer;
			issuer = NULL;
			out->own = false;
			out->trusted = trusted;
		}
		if (issuer)
			gnutls_x509_crt_deinit(issuer);
	}
	tls_dn_text(crt, false, out->subject, sizeof(out->subject));
out:
	gnutls_x509_crt_deinit(crt);
	return found;
}
