#include "config.h"

#include <string.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tls/dane.h"
#include "tls/tls_gnutls.h"

/* The fields of a TLSA record (RFC 7218). Usages 0 and 1 also require an authority and are ignored here. */
enum { USAGE_TA = 2, USAGE_EE = 3 };
enum { SELECTOR_CERT, SELECTOR_SPKI };
enum { MATCHING_FULL, MATCHING_SHA256, MATCHING_SHA512 };
enum { CHAIN_MOST = 16 };

static bool same(const struct dane_record *r, const void *octets, size_t length)
{
	return r->length == length && memcmp(r->data, octets, length) == 0;
}

static bool matches_octets(const struct dane_record *r, const gnutls_datum_t *octets)
{
	unsigned char hash[64];

	switch (r->matching) {
	case MATCHING_FULL:
		return same(r, octets->data, octets->size);
	case MATCHING_SHA256:
		return gnutls_hash_fast(GNUTLS_DIG_SHA256, octets->data, octets->size, hash) == 0 && same(r, hash, 32);
	case MATCHING_SHA512:
		return gnutls_hash_fast(GNUTLS_DIG_SHA512, octets->data, octets->size, hash) == 0 && same(r, hash, 64);
	default:
		return false;
	}
}

/* Returns the SubjectPublicKeyInfo of a certificate; empty on failure. The caller frees it in both cases. */
static gnutls_datum_t key_of(gnutls_x509_crt_t crt)
{
	gnutls_datum_t key = {0};
	gnutls_pubkey_t pubkey = NULL;

	if (gnutls_pubkey_init(&pubkey) < 0)
		return key;
	if (gnutls_pubkey_import_x509(pubkey, crt, 0) < 0 ||
	    gnutls_pubkey_export2(pubkey, GNUTLS_X509_FMT_DER, &key) < 0)
		key = (gnutls_datum_t){0};
	gnutls_pubkey_deinit(pubkey);
	return key;
}

static bool matches(const struct dane_record *r, gnutls_x509_crt_t crt, const gnutls_datum_t *der)
{
	gnutls_datum_t key;
	bool ok;

	if (r->selector == SELECTOR_CERT)
		return matches_octets(r, der);
	if (r->selector != SELECTOR_SPKI)
		return false;
	key = key_of(crt);
	ok = key.size > 0 && matches_octets(r, &key);
	gnutls_free(key.data);
	return ok;
}

bool tls_dane_has_key(const struct dane *dane, gnutls_x509_crt_t crt, const gnutls_datum_t *der)
{
	for (size_t i = 0; i < dane->count; i++) {
		if (dane->records[i].usage == USAGE_EE && matches(&dane->records[i], crt, der))
			return true;
	}
	return false;
}

bool tls_dane_has_issuer(const struct dane *dane, gnutls_x509_crt_t crt)
{
	gnutls_datum_t der = {0};
	bool found = false;

	if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) < 0)
		return false;
	for (size_t i = 0; !found && i < dane->count; i++)
		found = dane->records[i].usage == USAGE_TA && matches(&dane->records[i], crt, &der);
	gnutls_free(der.data);
	return found;
}

/*
 * Trusts a certificate that DNS contains completely. The server need not send it (RFC 7671, section 5.2.2). Returns 1
 * or 0.
 */
static int trust_record(gnutls_x509_trust_list_t list, const struct dane_record *r)
{
	gnutls_datum_t der = {r->data, (unsigned)r->length};
	gnutls_x509_crt_t crt;

	if (r->selector != SELECTOR_CERT || r->matching != MATCHING_FULL || gnutls_x509_crt_init(&crt) < 0)
		return 0;
	if (gnutls_x509_crt_import(crt, &der, GNUTLS_X509_FMT_DER) >= 0 &&
	    gnutls_x509_trust_list_add_cas(list, &crt, 1, 0) == 1)
		return 1; /* the list now owns crt */
	gnutls_x509_crt_deinit(crt);
	return 0;
}

/* Trusts the certificates above the server's own that the records name. Returns their number. */
static int trust_named(gnutls_x509_trust_list_t list, const struct dane *dane, gnutls_x509_crt_t *crts,
    const gnutls_datum_t *chain, unsigned count)
{
	int named = 0;

	for (size_t i = 0; i < dane->count; i++) {
		const struct dane_record *r = &dane->records[i];

		if (r->usage != USAGE_TA)
			continue;
		named += trust_record(list, r);
		for (unsigned n = 1; n < count; n++) {
			gnutls_x509_crt_t copy;

			if (!matches(r, crts[n], &chain[n]) || gnutls_x509_crt_init(&copy) < 0)
				continue;
			if (gnutls_x509_crt_import(copy, &chain[n], GNUTLS_X509_FMT_DER) >= 0 &&
			    gnutls_x509_trust_list_add_cas(list, &copy, 1, 0) == 1)
				named++;
			else
				gnutls_x509_crt_deinit(copy);
		}
	}
	return named;
}

int tls_dane_verify(const struct dane *dane, const gnutls_datum_t *chain, unsigned count, gnutls_typed_vdata_st *wanted,
    unsigned elements, unsigned *status)
{
	gnutls_x509_trust_list_t list = NULL;
	gnutls_x509_crt_t crts[CHAIN_MOST] = {0};
	unsigned there = 0;
	int code = count <= CHAIN_MOST ? gnutls_x509_trust_list_init(&list, 0) : GNUTLS_E_CERTIFICATE_LIST_UNSORTED;

	for (; code >= 0 && there < count; there++) {
		code = gnutls_x509_crt_init(&crts[there]);
		if (code >= 0)
			code = gnutls_x509_crt_import(crts[there], &chain[there], GNUTLS_X509_FMT_DER);
	}
	if (code >= 0 && trust_named(list, dane, crts, chain, count) == 0)
		code = GNUTLS_E_NO_CERTIFICATE_FOUND;
	if (code >= 0)
		code = gnutls_x509_trust_list_verify_crt2(list, crts, count, wanted, elements,
		    GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), status, NULL);
	for (unsigned i = 0; i < there; i++) {
		if (crts[i])
			gnutls_x509_crt_deinit(crts[i]);
	}
	if (list)
		gnutls_x509_trust_list_deinit(list, 1);
	return code;
}
