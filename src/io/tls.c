#include "config.h"

#include "io/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"

struct tls_trust {
	gnutls_certificate_credentials_t credentials;
	char *ca_file; /* NULL: the system's */
};

enum { RAW_SIZE = 128 * 1024 }; /* what one look at the socket may bring */

struct tls {
	gnutls_session_t session;
	const struct tls_trust *trust;
	char *host;
	int fd;
	bool ended;  /* the last receive met the end, or `failure`, behind what it gave out */
	int failure; /* 0: none */
	size_t raw_start, raw_end; /* what GnuTLS has not taken yet of raw */
	unsigned char raw[RAW_SIZE];
};

bool tls_trust_load(struct tls_trust **out, const char *ca_file, struct error *err)
{
	struct tls_trust *t = memory_zeroed(1, sizeof(*t));
	int count = gnutls_certificate_allocate_credentials(&t->credentials);

	if (count < 0) {
		error_set(err, ERROR_INTERNAL, "GnuTLS did not start: %s", gnutls_strerror(count));
		goto fail;
	}
	if (!ca_file) {
		count = gnutls_certificate_set_x509_system_trust(t->credentials);
		if (count > 0)
			goto done;
		error_set(err, ERROR_TLS, "this system has no trusted certificates");
		error_mend(err, "install the package ca-certificates, or set tls_ca_file");
		goto fail;
	}
	t->ca_file = memory_copy_string(ca_file);
	count = gnutls_certificate_set_x509_trust_file(t->credentials, ca_file, GNUTLS_X509_FMT_PEM);
	if (count > 0)
		goto done;
	if (access(ca_file, R_OK) != 0)
		error_errno(err, ERROR_CONFIG, errno, "tls_ca_file %s cannot be read", ca_file);
	else
		error_set(err, ERROR_CONFIG, "tls_ca_file %s holds no certificate", ca_file);
	error_mend(err, "name a PEM file with the certificates to trust, or drop tls_ca_file to use the system's");
fail:
	tls_trust_free(&t);
	return false;
done:
	*out = t;
	return true;
}

void tls_trust_free(struct tls_trust **trust)
{
	if (!*trust)
		return;
	if ((*trust)->credentials)
		gnutls_certificate_free_credentials((*trust)->credentials);
	free((*trust)->ca_file);
	free(*trust);
	*trust = NULL;
}

static bool is_address(const char *host)
{
	unsigned char raw[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, raw) == 1 || inet_pton(AF_INET6, host, raw) == 1;
}

static void tls_close(void *context)
{
	struct tls *t = context;

	if (t->session)
		gnutls_deinit(t->session);
	if (t->fd >= 0)
		close(t->fd);
	free(t->host);
	free(t);
}

/* GnuTLS asks for the head and the rest of each record by themselves: one look at the socket serves many. */
static ssize_t pull(gnutls_transport_ptr_t context, void *bytes, size_t size)
{
	struct tls *t = context;
	size_t there;

	if (t->raw_start == t->raw_end) {
		ssize_t got = recv(t->fd, t->raw, RAW_SIZE, 0);

		if (got <= 0)
			return got;
		t->raw_start = 0;
		t->raw_end = (size_t)got;
	}
	there = t->raw_end - t->raw_start;
	size = size < there ? size : there;
	memcpy(bytes, t->raw + t->raw_start, size);
	t->raw_start += size;
	return (ssize_t)size;
}

static int pull_timeout(gnutls_transport_ptr_t context, unsigned milliseconds)
{
	const struct tls *t = context;
	struct pollfd waiting = {.fd = t->fd, .events = POLLIN};

	return t->raw_start < t->raw_end ? 1 : poll(&waiting, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

bool tls_make(struct tls **out, int fd, const struct tls_trust *trust, const char *host, struct error *err)
{
	struct tls *t = memory_zeroed(1, sizeof(*t));
	int code;

	t->fd = fd;
	t->trust = trust;
	t->host = memory_copy_string(host);
	code = gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
	if (code >= 0)
		code = gnutls_set_default_priority_append(t->session, "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL, 0);
	if (code >= 0)
		code = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, trust->credentials);
	if (code >= 0 && !is_address(host))
		code = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, host, strlen(host));
	if (code < 0) {
		error_set(err, ERROR_TLS, "TLS could not be set up: %s", gnutls_strerror(code));
		tls_close(t);
		return false;
	}
	/* The handshake itself then fails unless chain, dates and name are right (RFC 8314, 5.). */
	gnutls_session_set_verify_cert(t->session, t->host, 0);
	gnutls_transport_set_ptr2(t->session, t, (gnutls_transport_ptr_t)(intptr_t)fd);
	gnutls_transport_set_pull_function(t->session, pull);
	gnutls_transport_set_pull_timeout_function(t->session, pull_timeout);
	gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT);
	*out = t;
	return true;
}

static void date_text(time_t when, char out[16])
{
	struct tm parts;

	if (when == (time_t)-1 || !gmtime_r(&when, &parts) || strftime(out, 16, "%Y-%m-%d", &parts) == 0)
		snprintf(out, 16, "unknown");
}

/* The names that a certificate is for, or its common name when it lists none. */
static void append_names(struct buf *out, gnutls_x509_crt_t crt)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < 32 && shown < 5; i++) {
		char name[256];
		size_t size = sizeof(name);
		int type = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &size, NULL);

		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			break;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		buf_append_string(out, shown++ > 0 ? ", " : "");
		buf_append(out, name, size);
	}
	if (shown == 0) {
		char name[256] = "";
		size_t size = sizeof(name);

		if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) == 0)
			buf_append_string(out, name);
		else
			buf_append_string(out, "no name at all");
	}
}

/* Says what is wrong with the certificate crt, the most telling fault alone. */
static void explain_fault(const struct tls *t, gnutls_x509_crt_t crt, unsigned status, struct error *err)
{
	char date[16];

	if (status & GNUTLS_CERT_UNEXPECTED_OWNER) {
		struct buf names = {0};

		append_names(&names, crt);
		error_set(err, ERROR_TLS, "the certificate was issued for %s, not for %s", buf_string(&names), t->host);
		error_mend(err, "set server to the name that the provider gives for POP3");
		buf_free(&names);
	} else if (status & GNUTLS_CERT_EXPIRED) {
		date_text(gnutls_x509_crt_get_expiration_time(crt), date);
		error_set(err, ERROR_TLS, "the certificate (or one that it rests on) has expired; its own last day is %s", date);
		error_mend(err, "if this machine's date is right, the server's operator has to renew it");
	} else if (status & GNUTLS_CERT_NOT_ACTIVATED) {
		date_text(gnutls_x509_crt_get_activation_time(crt), date);
		error_set(err, ERROR_TLS, "the certificate is not valid before %s", date);
		error_mend(err, "check this machine's date");
	} else if (status & GNUTLS_CERT_REVOKED) {
		error_set(err, ERROR_TLS, "the certificate has been revoked");
		error_mend(err, "do not use this server until its operator has replaced it");
	} else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) {
		char issuer[256] = "?";
		size_t size = sizeof(issuer);

		gnutls_x509_crt_get_issuer_dn(crt, issuer, &size);
		error_set(err, ERROR_TLS, "the certificate's issuer is not trusted: %s", issuer);
		error_mend(err, "if the server is yours, set tls_ca_file to the certificate of its issuer");
	} else {
		error_set(err, ERROR_TLS, "the certificate was not accepted (GnuTLS status 0x%x)", status);
		error_mend(err, "ask the server's operator");
	}
}

static void explain_certificate(const struct tls *t, struct error *err)
{
	unsigned status = gnutls_session_get_verify_cert_status(t->session);
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(t->session, &count);
	gnutls_x509_crt_t crt = NULL;

	if (!chain || count == 0 || gnutls_x509_crt_init(&crt) < 0) {
		error_set(err, ERROR_TLS, "the server showed no certificate");
		return;
	}
	if (gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) < 0)
		error_set(err, ERROR_TLS, "the server's certificate cannot be read");
	else
		explain_fault(t, crt, status, err);
	gnutls_x509_crt_deinit(crt);
}

static void explain_handshake(const struct tls *t, int code, struct error *err)
{
	gnutls_alert_description_t alert =
	    code == GNUTLS_E_FATAL_ALERT_RECEIVED ? gnutls_alert_get(t->session) : GNUTLS_A_CLOSE_NOTIFY;

	if (code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET || alert == GNUTLS_A_PROTOCOL_VERSION) {
		error_set(err, ERROR_TLS, "the server can do neither TLS 1.2 nor TLS 1.3");
		error_mend(err, "older versions are not safe: the server's operator has to renew it");
	} else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		error_set(err, ERROR_TLS, "the server ended the TLS handshake: %s", gnutls_alert_get_name(alert));
	} else if (code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR) {
		error_set(err, ERROR_NETWORK, "the server closed the connection in the TLS handshake");
	} else {
		error_set(err, ERROR_TLS, "the TLS handshake failed: %s", gnutls_strerror(code));
	}
}

static enum channel_status wanted(const struct tls *t)
{
	return gnutls_record_get_direction(t->session) ? CHANNEL_WANT_WRITE : CHANNEL_WANT_READ;
}

enum channel_status tls_handshake(struct tls *t, struct error *err)
{
	int code = gnutls_handshake(t->session);

	if (code >= 0)
		return CHANNEL_DONE;
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return wanted(t);
	if (!gnutls_error_is_fatal(code))
		return CHANNEL_WANT_READ;
	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		explain_certificate(t, err);
	else
		explain_handshake(t, code, err);
	return CHANNEL_FAILED;
}

void tls_describe(const struct tls *t, char *out, size_t size)
{
	char *text = gnutls_session_get_desc(t->session);

	snprintf(out, size, "%s", text ? text : "TLS");
	gnutls_free(text);
}

static enum channel_status fail_record(ssize_t code, struct error *err)
{
	if (code == GNUTLS_E_PREMATURE_TERMINATION)
		error_set(err, ERROR_NETWORK, "the connection was cut off (no TLS close)");
	else
		error_set(err, ERROR_NETWORK, "the TLS connection was lost: %s", gnutls_strerror((int)code));
	return CHANNEL_FAILED;
}

/* All records that are here already, as far as there is room. */
static enum channel_status tls_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct tls *t = context;
	ssize_t n = t->failure;
	size_t filled = 0;

	while (!t->ended && filled < size && (filled == 0 || t->raw_start < t->raw_end || gnutls_record_check_pending(t->session) > 0)) {
		n = gnutls_record_recv(t->session, (char *)bytes + filled, size - filled);
		if (n > 0)
			filled += (size_t)n;
		else if (n == 0 || (gnutls_error_is_fatal((int)n) && n != GNUTLS_E_REHANDSHAKE))
			t->ended = true;
		else if (t->raw_start == t->raw_end)
			break;
	}
	t->failure = t->ended ? (int)n : 0;
	if (filled > 0) {
		*got = filled;
		return CHANNEL_DONE;
	}
	if (t->ended)
		return n == 0 ? CHANNEL_END : fail_record(n, err);
	/* Renegotiation is not answered, and warnings pass. */
	return n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? wanted(t) : CHANNEL_WANT_READ;
}

static enum channel_status tls_send(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct tls *t = context;
	ssize_t n = gnutls_record_send(t->session, bytes, size);

	if (n >= 0) {
		*sent = (size_t)n;
		return CHANNEL_DONE;
	}
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return wanted(t);
	return fail_record(n, err);
}

static enum channel_status tls_shut(void *context, struct error *err)
{
	struct tls *t = context;
	int code = gnutls_bye(t->session, GNUTLS_SHUT_WR);

	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return wanted(t);
	if (code < 0)
		return fail_record(code, err);
	return CHANNEL_DONE;
}

/*
 * TLS 1.3 has an exporter for it (RFC 9266, 4.2). TLS 1.2 has tls-unique, which is unique only with the
 * extended master secret (RFC 7627).
 */
static bool tls_binding(void *context, struct channel_binding *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	struct tls *t = context;
	gnutls_datum_t unique;

	if (gnutls_protocol_get_version(t->session) >= GNUTLS_TLS1_3) {
		out->type = "tls-exporter";
		out->length = 32;
		return gnutls_prf_rfc5705(t->session, sizeof(label) - 1, label, 0, "", out->length, (char *)out->octets) == 0;
	}
	if (!gnutls_session_ext_master_secret_status(t->session) ||
	    gnutls_session_channel_binding(t->session, GNUTLS_CB_TLS_UNIQUE, &unique) != 0)
		return false;
	out->type = "tls-unique";
	out->length = unique.size <= sizeof(out->octets) ? unique.size : 0;
	memcpy(out->octets, unique.data, out->length);
	gnutls_free(unique.data);
	return out->length > 0;
}

const struct channel tls_channel = {
    .secure = true,
    .receive = tls_receive,
    .send = tls_send,
    .shut = tls_shut,
    .close = tls_close,
    .binding = tls_binding,
};

const char *tls_library_version(void)
{
	return gnutls_check_version(NULL);
}
