#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/error.h"
#include "base/memory.h"
#include "fs/private_file.h"
#include "fs/trust.h"
#include "tls/tls.h"
#include "tls/tls_gnutls.h"

/* Explains why GnuTLS could not use a file: it cannot be opened, or it contains no `what`. */
static bool refuse_file(const char *option, const char *path, const char *what, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return error_errno(err, ERROR_CONFIG, errno, "%s %s cannot be read", option, path);
	close(fd);
	return error_set(err, ERROR_CONFIG, "%s %s contains no %s", option, path, what);
}

static bool is_uri(const char *path)
{
	return strncmp(path, "pkcs11:", 7) == 0;
}

/* Whoever can write the certificates decides which servers get the password. */
static bool check_file(const char *option, const char *path, struct error *err)
{
	struct stat st;

	/* A missing file gets a better error later. */
	return is_uri(path) || stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    trust_file(ERROR_CONFIG, option, path, &st, err);
}

static bool load_authorities(struct tls_trust *t, const char *ca_file, struct error *err)
{
	if (!ca_file) {
		if (gnutls_certificate_set_x509_system_trust(t->credentials) > 0)
			return true;
		error_set(err, ERROR_TLS, "this system has no trusted certificates");
		return error_hint(err, "install the package ca-certificates, or set tls_ca_file");
	}
	t->own_authorities = true;
	if (gnutls_certificate_set_x509_trust_file(t->credentials, ca_file, GNUTLS_X509_FMT_PEM) > 0)
		return true;
	refuse_file("tls_ca_file", ca_file, "certificate", err);
	return error_hint(err,
	    "name a PEM file with the certificates to trust, or remove tls_ca_file to use the system's");
}

/* An unusable list must not be treated like an empty list. */
static bool load_revoked(struct tls_trust *t, const char *crl_file, struct error *err)
{
	gnutls_datum_t text = {0};
	bool ok = gnutls_load_file(crl_file, &text) >= 0 &&
	    gnutls_x509_crl_list_import2(&t->lists, &t->list_count, &text, GNUTLS_X509_FMT_PEM, 0) >= 0 &&
	    t->list_count > 0 && gnutls_certificate_set_x509_crl(t->credentials, t->lists, (int)t->list_count) >= 0;

	gnutls_free(text.data);
	if (ok)
		return true;
	refuse_file("tls_crl_file", crl_file, "revocation list", err);
	return error_hint(err, "name a PEM file with the revocation list of the issuer, or remove tls_crl_file");
}

/* Refuses a key file that everybody can read. */
static bool check_key_file(const char *path, struct error *err)
{
	char hint[PRIVATE_FILE_HINT];
	struct stat st;

	if (is_uri(path) || stat(path, &st) != 0)
		return true; /* a missing file gets a better error later */
	if (private_file(path, &st, PRIVATE_FROM_WORLD, hint))
		return check_file("the key of tls_client_cert", path, err);
	error_set(err, ERROR_CONFIG, "the key of tls_client_cert can be read by everybody");
	return error_hint(err, "%s", hint);
}

static bool load_client(struct tls_trust *t, const struct tls_files *f, struct error *err)
{
	const char *key = f->client_key ? f->client_key : f->client_cert;
	int code;

	if (!check_key_file(key, err))
		return false;
	code = gnutls_certificate_set_x509_key_file2(t->credentials, f->client_cert, key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (code >= 0)
		return true;
	if (!is_uri(f->client_cert) && access(f->client_cert, R_OK) != 0) {
		error_errno(err, ERROR_CONFIG, errno, "tls_client_cert %s cannot be read", f->client_cert);
		return error_hint(err, "name a PEM file with the certificate, or a PKCS#11 URI");
	}
	if (!is_uri(key) && access(key, R_OK) != 0) {
		error_errno(err, ERROR_CONFIG, errno, "tls_client_key %s cannot be read", key);
		return error_hint(err, "name a PEM file with the key of the certificate, or a PKCS#11 URI");
	}
	error_set(err, ERROR_CONFIG, "tls_client_cert and its key cannot be used: %s", gnutls_strerror(code));
	if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
		return error_hint(err, "set tls_client_key to the key that belongs to the certificate");
	if (code == GNUTLS_E_DECRYPTION_FAILED)
		return error_hint(err, "write the key without a passphrase to a file with mode 0600");
	if (code == GNUTLS_E_PKCS11_PIN_ERROR)
		return error_hint(err, "name a file with the PIN of the token in the URI: pkcs11:...?pin-source=PATH");
	return error_hint(err,
	    "name a PEM file or a PKCS#11 URI in tls_client_cert, and set tls_client_key unless it also has the key");
}

bool tls_trust_load(struct tls_trust **out, const struct tls_files *f, struct error *err)
{
	struct tls_trust *t = memory_zeroed(1, sizeof(*t));
	int code = gnutls_certificate_allocate_credentials(&t->credentials);
	bool ok = code >= 0;

	t->key_log = f->key_log;
	if (!ok)
		error_set(err, ERROR_INTERNAL, "GnuTLS cannot be started: %s", gnutls_strerror(code));
	ok = ok && (!f->ca_file || check_file("tls_ca_file", f->ca_file, err));
	ok = ok && (f->no_authorities || load_authorities(t, f->ca_file, err));
	ok =
	    ok && (!f->crl_file || (check_file("tls_crl_file", f->crl_file, err) && load_revoked(t, f->crl_file, err)));
	ok = ok && (!f->client_cert || load_client(t, f, err));
	if (!ok)
		tls_trust_free(&t);
	else
		*out = t;
	return ok;
}

void tls_trust_free(struct tls_trust **trust)
{
	if (!*trust)
		return;
	if ((*trust)->credentials)
		gnutls_certificate_free_credentials((*trust)->credentials);
	for (unsigned i = 0; i < (*trust)->list_count; i++)
		gnutls_x509_crl_deinit((*trust)->lists[i]);
	gnutls_free((*trust)->lists);
	free(*trust);
	*trust = NULL;
}
