#define _POSIX_C_SOURCE 200809L
#include "certificate.h"

#include "whole_file.h"

#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct identity {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

enum names {
	NAMES_NONE,
	NAMES_LOOPBACK,
	NAMES_ADDRESS, /* no names, only addresses */
	NAMES_ADDRESS_AS_NAME,
	NAMES_ELSEWHERE,
	NAMES_IDN,
};

/* Indices into the table below: an issuer comes before the certificates it signs, and signs itself. */
enum {
	CERT_CA,
	CERT_OTHER_CA,
	CERT_OLD_CA,
	CERT_SERVER,
	CERT_EXPIRED,
	CERT_NOT_YET,
	CERT_OLD_ISSUER,
	CERT_WRONGHOST,
	CERT_COMMON_NAME,
	CERT_NO_NAMES,
	CERT_ADDRESS,
	CERT_ADDRESS_AS_NAME,
	CERT_IDN,
	CERT_SELFSIGNED,
	CERT_OLD_SELFSIGNED,
	CERT_LONG_NAME,
	CERT_RSA,
	CERT_ED25519,
	CERT_REVOKED,
	CERT_MUST_STAPLE,
	CERT_CLIENT,
	CERT_COUNT,
};

enum key {
	KEY_ECDSA,
	KEY_RSA,
	KEY_ED25519,
};

struct spec {
	const char *file;
	const char *subject;
	enum names names;
	bool authority;
	size_t issuer;
	int from_days, to_days; /* relative to now; wide, so that tests may shift their clock */
	enum key key;
	bool must_staple, client;
};

static const struct spec specs[CERT_COUNT] = {
    [CERT_CA] = {.file = "ca.pem", "CN=mailhaul test authority,O=Example", NAMES_NONE, true, CERT_CA, -3650, 4000},
    [CERT_OTHER_CA] =
	{.file = "other-ca.pem", "CN=Another test authority,O=Example", NAMES_NONE, true, CERT_OTHER_CA, -3650, 4000},
    [CERT_OLD_CA] = {.file = "old-ca.pem", "CN=Old test authority,O=Example", NAMES_NONE, true, CERT_CA, -3650, -365},
    [CERT_SERVER] = {.file = "server.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_CA, -3650, 4000},
    [CERT_EXPIRED] = {.file = "expired.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_CA, -730, -365},
    [CERT_NOT_YET] = {.file = "not-yet.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_CA, 365, 3650},
    [CERT_OLD_ISSUER] =
	{.file = "old-issuer.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_OLD_CA, -730, 3650},
    [CERT_WRONGHOST] =
	{.file = "wronghost.pem", "CN=mail.example.net,O=Example", NAMES_ELSEWHERE, false, CERT_CA, -365, 3650},
    [CERT_COMMON_NAME] =
	{.file = "common-name.pem", "CN=localhost,O=Example", NAMES_ELSEWHERE, false, CERT_CA, -365, 3650},
    [CERT_NO_NAMES] = {.file = "no-names.pem", "CN=localhost,O=Example", NAMES_NONE, false, CERT_CA, -365, 3650},
    [CERT_ADDRESS] = {.file = "address.pem", "CN=localhost,O=Example", NAMES_ADDRESS, false, CERT_CA, -365, 3650},
    [CERT_ADDRESS_AS_NAME] =
	{.file = "address-as-name.pem", "CN=127.0.0.1,O=Example", NAMES_ADDRESS_AS_NAME, false, CERT_CA, -365, 3650},
    [CERT_IDN] = {.file = "idn.pem", "O=Example", NAMES_IDN, false, CERT_CA, -365, 3650},
    [CERT_SELFSIGNED] =
	{.file = "selfsigned.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_SELFSIGNED, -365, 3650},
    [CERT_OLD_SELFSIGNED] = {.file = "old-selfsigned.pem",
	"CN=localhost,O=Example",
	NAMES_LOOPBACK,
	false,
	CERT_OLD_SELFSIGNED,
	-730,
	-365},
    [CERT_LONG_NAME] = {.file = "long-name.pem",
	"O=Example (SHA-256 fingerprint 00:11:22:33:44:55:66:77:88:99:AA,"
	"OU=BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF),"
	"OU=key pin sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	NAMES_LOOPBACK,
	false,
	CERT_LONG_NAME,
	-365,
	3650},
    [CERT_RSA] =
	{.file = "rsa.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_CA, -365, 3650, .key = KEY_RSA},
    [CERT_ED25519] = {.file = "ed25519.pem",
	"CN=localhost,O=Example",
	NAMES_LOOPBACK,
	false,
	CERT_CA,
	-365,
	3650,
	.key = KEY_ED25519},
    [CERT_REVOKED] = {.file = "revoked.pem", "CN=localhost,O=Example", NAMES_LOOPBACK, false, CERT_CA, -365, 3650},
    [CERT_MUST_STAPLE] = {.file = "must-staple.pem",
	"CN=localhost,O=Example",
	NAMES_LOOPBACK,
	false,
	CERT_CA,
	-365,
	3650,
	.must_staple = true},
    [CERT_CLIENT] =
	{.file = "client.pem", "CN=me,O=Example", NAMES_LOOPBACK, false, CERT_CA, -365, 3650, .client = true},
};

static int add_name(gnutls_x509_crt_t crt, gnutls_x509_subject_alt_name_t type, const void *data, unsigned int len)
{
	return gnutls_x509_crt_set_subject_alt_name(crt, type, data, len, GNUTLS_FSAN_APPEND);
}

static int add_names(gnutls_x509_crt_t crt, enum names names)
{
	static const unsigned char ipv4[4] = {127, 0, 0, 1};
	static const unsigned char ipv6[16] = {[15] = 1};
	static const char local[] = "localhost";
	static const char elsewhere[] = "mail.example.net";
	static const char idn[] = "xn--bcher-kva.example";
	static const char address[] = "127.0.0.1";
	int rc = 0;

	if (names == NAMES_IDN)
		return add_name(crt, GNUTLS_SAN_DNSNAME, idn, sizeof(idn) - 1);
	if (names == NAMES_ADDRESS_AS_NAME)
		return add_name(crt, GNUTLS_SAN_DNSNAME, address, sizeof(address) - 1);
	if (names == NAMES_ELSEWHERE)
		return add_name(crt, GNUTLS_SAN_DNSNAME, elsewhere, sizeof(elsewhere) - 1);
	if (names == NAMES_LOOPBACK)
		rc = add_name(crt, GNUTLS_SAN_DNSNAME, local, sizeof(local) - 1);
	if (names == NAMES_LOOPBACK || names == NAMES_ADDRESS) {
		if (rc >= 0)
			rc = add_name(crt, GNUTLS_SAN_IPADDRESS, ipv4, sizeof(ipv4));
		if (rc >= 0)
			rc = add_name(crt, GNUTLS_SAN_IPADDRESS, ipv6, sizeof(ipv6));
	}
	return rc;
}

/* Requires a stapled OCSP answer (RFC 7633): the TLS extension status_request. */
static int add_must_staple(gnutls_x509_crt_t crt)
{
	static const unsigned char features[] = {0x30, 3, 2, 1, 5};
	return gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.5.5.7.1.24", features, sizeof(features), 0);
}

static int add_usage(gnutls_x509_crt_t crt, const struct spec *spec)
{
	if (spec->authority) {
		int rc = gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
		return rc < 0 ? rc : gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	}
	int rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt,
		    spec->client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (rc >= 0 && spec->must_staple)
		rc = add_must_staple(crt);
	return rc;
}

/* Names the key and its issuer's key, so that verifiers find the chain (RFC 5280, 4.2.1.1 and 4.2.1.2). */
static int add_key_ids(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
	unsigned char id[64];
	size_t len = sizeof(id);
	int rc = gnutls_x509_crt_get_key_id(crt, 0, id, &len);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_subject_key_id(crt, id, len);
	if (rc < 0 || crt == issuer)
		return rc;
	len = sizeof(id);
	rc = gnutls_x509_crt_get_key_id(issuer, 0, id, &len);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_authority_key_id(crt, id, len);
	return rc;
}

static int add_serial(gnutls_x509_crt_t crt)
{
	unsigned char serial[16];
	int rc = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
	if (rc < 0)
		return rc;
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40); /* positive, of constant length */
	return gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
}

static int make_key(struct identity *id, enum key kind)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned bits;
	} kinds[] = {
	    [KEY_ECDSA] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
	    [KEY_RSA] = {GNUTLS_PK_RSA, 2048},
	    [KEY_ED25519] = {GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519)},
	};
	int rc = gnutls_x509_privkey_init(&id->key);
	if (rc >= 0)
		rc = gnutls_x509_privkey_generate(id->key, kinds[kind].algorithm, kinds[kind].bits, 0);
	if (rc >= 0)
		rc = gnutls_x509_crt_init(&id->crt);
	return rc;
}

static int make_identity(const struct spec *spec, struct identity *id, const struct identity *issuer)
{
	const time_t now = time(NULL), day = (time_t)24 * 60 * 60;
	int rc = make_key(id, spec->key);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_version(id->crt, 3);
	if (rc >= 0)
		rc = add_serial(id->crt);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_dn(id->crt, spec->subject, NULL);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_activation_time(id->crt, now + spec->from_days * day);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_expiration_time(id->crt, now + spec->to_days * day);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key(id->crt, id->key);
	if (rc >= 0)
		rc = add_names(id->crt, spec->names);
	if (rc >= 0)
		rc = add_usage(id->crt, spec);
	if (rc >= 0)
		rc = add_key_ids(id->crt, issuer->crt);
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(id->crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0);
	return rc;
}

static bool append_pem(char *text, size_t size, gnutls_datum_t *pem)
{
	size_t used = strlen(text);
	bool fits = pem->size < size - used;
	if (fits) {
		memcpy(text + used, pem->data, pem->size);
		text[used + pem->size] = '\0';
	}
	gnutls_memset(pem->data, 0, pem->size);
	gnutls_free(pem->data);
	pem->data = NULL;
	return fits;
}

/* Exports an authority's certificate or, for a server, the chain from the leaf on, then the key. */
static int export_identity(char *text, size_t size, const struct spec *spec, const struct identity *id,
    const struct identity *issuer)
{
	gnutls_datum_t pem;
	text[0] = '\0';
	int rc = gnutls_x509_crt_export2(id->crt, GNUTLS_X509_FMT_PEM, &pem);
	if (rc >= 0 && !append_pem(text, size, &pem))
		rc = GNUTLS_E_SHORT_MEMORY_BUFFER;
	if (rc < 0 || spec->authority)
		return rc;
	if (issuer != id) {
		rc = gnutls_x509_crt_export2(issuer->crt, GNUTLS_X509_FMT_PEM, &pem);
		if (rc >= 0 && !append_pem(text, size, &pem))
			rc = GNUTLS_E_SHORT_MEMORY_BUFFER;
	}
	if (rc >= 0)
		rc = gnutls_x509_privkey_export2_pkcs8(id->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);
	if (rc >= 0 && !append_pem(text, size, &pem))
		rc = GNUTLS_E_SHORT_MEMORY_BUFFER;
	return rc;
}

static bool write_identity(const char *dir, size_t which, struct identity *all)
{
	const struct spec *spec = &specs[which];
	struct identity *id = &all[which], *issuer = &all[spec->issuer];
	char path[PATH_MAX], text[16384];

	int n = snprintf(path, sizeof(path), "%s/%s", dir, spec->file);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		warnx("%s: the path is too long", dir);
		return false;
	}
	int rc = make_identity(spec, id, issuer);
	if (rc >= 0)
		rc = export_identity(text, sizeof(text), spec, id, issuer);
	if (rc < 0) {
		warnx("cannot make the certificate %s: %s", path, gnutls_strerror(rc));
		return false;
	}
	return whole_file_write(path, text, strlen(text), spec->authority ? 0644 : 0600);
}

/* Exports a list of one revoked certificate that is due for renewal in `days` days and names CERT_CA as its issuer. */
static int export_list(gnutls_datum_t *pem, const struct identity *all, int days, gnutls_x509_privkey_t key)
{
	const time_t now = time(NULL), day = (time_t)24 * 60 * 60;
	gnutls_x509_crl_t crl = NULL;
	int rc = gnutls_x509_crl_init(&crl);
	if (rc >= 0)
		rc = gnutls_x509_crl_set_version(crl, 2);
	if (rc >= 0)
		rc = gnutls_x509_crl_set_crt(crl, all[CERT_REVOKED].crt, now - 60 * day);
	if (rc >= 0)
		rc = gnutls_x509_crl_set_this_update(crl, now - 30 * day);
	if (rc >= 0)
		rc = gnutls_x509_crl_set_next_update(crl, now + days * day);
	if (rc >= 0)
		rc = gnutls_x509_crl_set_number(crl, "\x01", 1);
	if (rc >= 0)
		rc = gnutls_x509_crl_sign2(crl, all[CERT_CA].crt, key, GNUTLS_DIG_SHA256, 0);
	if (rc >= 0)
		rc = gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, pem);
	if (crl)
		gnutls_x509_crl_deinit(crl);
	return rc;
}

static bool write_pem(const char *dir, const char *file, int rc, gnutls_datum_t *pem)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, file);
	bool ok = rc >= 0 && n > 0 && (size_t)n < sizeof(path);
	if (!ok)
		warnx("cannot make %s/%s: %s", dir, file, gnutls_strerror(rc));
	ok = ok && whole_file_write(path, pem->data, pem->size, 0600);
	gnutls_free(pem->data);
	pem->data = NULL;
	return ok;
}

/* Writes lists of the certificates the authority has revoked, and its key, with which tests sign OCSP answers. */
static bool write_others(const char *dir, const struct identity *all)
{
	gnutls_datum_t pem = {NULL, 0};
	const gnutls_x509_privkey_t key = all[CERT_CA].key;
	int rc = export_list(&pem, all, 3650, key);
	bool ok = write_pem(dir, "crl.pem", rc, &pem);
	rc = ok ? export_list(&pem, all, -1, key) : -1;
	ok = ok && write_pem(dir, "old-crl.pem", rc, &pem);
	rc = ok ? export_list(&pem, all, 3650, all[CERT_OTHER_CA].key) : -1;
	ok = ok && write_pem(dir, "forged-crl.pem", rc, &pem);
	rc = ok ? gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) : -1;
	return ok && write_pem(dir, "ca-key.pem", rc, &pem);
}

static bool make_all(const char *dir)
{
	struct identity all[CERT_COUNT] = {{NULL, NULL}};
	bool ok = true;
	for (size_t i = 0; ok && i < CERT_COUNT; i++)
		ok = write_identity(dir, i, all);
	ok = ok && write_others(dir, all);
	for (size_t i = 0; i < CERT_COUNT; i++) {
		if (all[i].crt)
			gnutls_x509_crt_deinit(all[i].crt);
		if (all[i].key)
			gnutls_x509_privkey_deinit(all[i].key);
	}
	return ok;
}

/* Locks the directory, so that two servers do not mix the files of two authorities. */
static int lock_directory(const char *dir)
{
	if (!whole_file_make_directory(dir, 0700))
		return -1;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		warn("%s", dir);
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

bool certificate_make_set(const char *dir)
{
	int fd = lock_directory(dir);
	if (fd < 0)
		return false;
	bool ok = make_all(dir);
	(void)close(fd);
	return ok;
}

bool certificate_ensure_set(const char *dir)
{
	int fd = lock_directory(dir);
	if (fd < 0)
		return false;
	bool ok = true;
	if (faccessat(fd, specs[CERT_CA].file, R_OK, 0) != 0 || faccessat(fd, specs[CERT_SERVER].file, R_OK, 0) != 0)
		ok = make_all(dir);
	(void)close(fd);
	return ok;
}
