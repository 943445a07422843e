#include "config.h"

#include "tls/tls.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include <gnutls/gnutls.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/stream.h"
#include "tls/key_log.h"
#include "tls/tls_gnutls.h"

enum {
	RAW_SIZE = 128 * 1024, /* maximum size of one read from the channel below */
	PUSH_SIZE = 16 * 1024, /* maximum size of one write when GnuTLS has the data in pieces */
};

struct tls {
	gnutls_session_t session;
	struct tls_options options;
	char *name; /* the name of the options in ASCII, without a final dot */
	bool verified;
	struct error refusal; /* why the certificate was not verified */
	struct channel below;
	bool ended;		   /* the last receive reached the end, or `failure`, after the data it returned */
	int failure;		   /* 0: no failure */
	bool dry;		   /* the last read from below took all available data */
	size_t raw_start, raw_end; /* the part of raw that GnuTLS has not read */
	unsigned char raw[RAW_SIZE];
};

static void tls_close(void *context)
{
	struct tls *t = context;

	if (t->session)
		gnutls_deinit(t->session);
	t->below.ops->close(t->below.context);
	free(t->name);
	free(t);
}

/*
 * Returns what GnuTLS expects from a channel without data: 0 at its end, else -1 with errno set. The channel's own
 * error text is lost.
 */
static ssize_t set_gnutls_errno(enum channel_status status)
{
	if (status == CHANNEL_END)
		return 0;
	errno = status == CHANNEL_FAILED ? ECONNRESET : EAGAIN;
	return -1;
}

/*
 * GnuTLS requests the header and the body of each record separately, so one read from below serves many requests.
 * After a read that took all available data, the channel is not read again for the rest of a record.
 */
static ssize_t pull(gnutls_transport_ptr_t context, void *bytes, size_t size)
{
	struct tls *t = context;
	struct error ignored;
	size_t there;

	if (t->raw_start == t->raw_end) {
		size_t got = 0;
		enum channel_status status = CHANNEL_WANT_READ;

		if (!t->dry)
			status = t->below.ops->receive(t->below.context, t->raw, RAW_SIZE, &got, &ignored);
		if (status != CHANNEL_DONE)
			return set_gnutls_errno(status);
		t->dry = got < RAW_SIZE;
		t->raw_start = 0;
		t->raw_end = got;
	}
	there = t->raw_end - t->raw_start;
	size = size < there ? size : there;
	memcpy(bytes, t->raw + t->raw_start, size);
	t->raw_start += size;
	return (ssize_t)size;
}

/* Sends the pieces of GnuTLS records together, because each piece alone would become a packet. */
static ssize_t push(gnutls_transport_ptr_t context, const giovec_t *pieces, int count)
{
	struct tls *t = context;
	struct error ignored;
	char joined[PUSH_SIZE];
	const void *bytes = pieces[0].iov_base;
	size_t length = pieces[0].iov_len, sent = 0;
	enum channel_status status;

	if (count > 1) {
		bytes = joined;
		length = 0;
		for (int i = 0; i < count && length < PUSH_SIZE; i++) {
			size_t room = PUSH_SIZE - length, taken = pieces[i].iov_len < room ? pieces[i].iov_len : room;

			memcpy(joined + length, pieces[i].iov_base, taken);
			length += taken;
		}
	}
	status = t->below.ops->send(t->below.context, bytes, length, &sent, &ignored);
	return status == CHANNEL_DONE ? (ssize_t)sent : set_gnutls_errno(status);
}

static int pull_timeout(gnutls_transport_ptr_t context, unsigned milliseconds)
{
	const struct tls *t = context;
	struct pollfd waiting = {.fd = t->below.fd, .events = POLLIN};

	return t->raw_start < t->raw_end
	    ? 1
	    : poll(&waiting, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

/*
 * GnuTLS calls this during the handshake, before the client sends its own certificate. The client certificate is
 * therefore never shown to the wrong server.
 */
static int verify(gnutls_session_t session)
{
	struct tls *t = gnutls_session_get_ptr(session);

	t->verified = tls_verify(session, &t->options, t->name, &t->refusal);
	return t->verified ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

/* GnuTLS calls this for each key of a session. */
static int log_key(gnutls_session_t session, const char *label, const gnutls_datum_t *key)
{
	const struct tls *t = gnutls_session_get_ptr(session);
	gnutls_datum_t client = {0}, server = {0};

	gnutls_session_get_random(session, &client, &server);
	key_log_add(t->options.trust->key_log, label, client.data, client.size, key->data, key->size);
	return 0;
}

bool tls_ascii_name(const char *name, char **out, struct error *err)
{
	gnutls_datum_t mapped = {0};
	bool plain = true;

	for (const char *c = name; *c; c++)
		plain = plain && (unsigned char)*c < 0x80;
	if (plain) {
		*out = memory_copy_string(name);
		return true;
	}
	if (gnutls_idna_map(name, (unsigned)strlen(name), &mapped, 0) < 0) {
		error_set(err, ERROR_CONFIG, "%s is not a valid host name", name);
		return error_hint(err, "write it in UTF-8, or in the form that starts with xn--");
	}
	*out = memory_format("%.*s", (int)mapped.size, (const char *)mapped.data);
	gnutls_free(mapped.data);
	return true;
}

/* A final dot marks a complete name in DNS. Certificates and SNI omit it (RFC 6066, section 3). */
static bool set_name(struct tls *t, struct error *err)
{
	size_t length;

	if (!tls_ascii_name(t->options.name, &t->name, err))
		return false;
	length = strlen(t->name);
	if (length > 1 && t->name[length - 1] == '.')
		t->name[length - 1] = '\0';
	return true;
}

/* There is no renegotiation, no early data and no session resumption, so each connection is verified. */
static int set_up(struct tls *t)
{
	int code =
	    gnutls_init(&t->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT);

	if (code >= 0)
		code = tls_priority_set(t->session, t->options.priority, t->options.newest_only);
	if (code >= 0)
		code = gnutls_credentials_set(t->session, GNUTLS_CRD_CERTIFICATE, t->options.trust->credentials);
	if (code >= 0 && !tls_is_address(t->name))
		code = gnutls_server_name_set(t->session, GNUTLS_NAME_DNS, t->name, strlen(t->name));
	return code;
}

static bool is_about_versions(int code, gnutls_alert_description_t alert)
{
	return code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET || alert == GNUTLS_A_PROTOCOL_VERSION;
}

/* Returns whether an alert complains about the client certificate or its absence. */
static bool is_about_our_certificate(gnutls_alert_description_t alert)
{
	switch (alert) {
	case GNUTLS_A_CERTIFICATE_REQUIRED:
	case GNUTLS_A_BAD_CERTIFICATE:
	case GNUTLS_A_UNSUPPORTED_CERTIFICATE:
	case GNUTLS_A_CERTIFICATE_REVOKED:
	case GNUTLS_A_CERTIFICATE_EXPIRED:
	case GNUTLS_A_CERTIFICATE_UNKNOWN:
	case GNUTLS_A_UNKNOWN_CA:
	case GNUTLS_A_ACCESS_DENIED:
		return true;
	default:
		return false;
	}
}

static void explain_client(gnutls_alert_description_t alert, struct error *err)
{
	error_set(err, ERROR_TLS, "the server asked for a client certificate and then reported: %s",
	    gnutls_alert_get_name(alert));
	error_hint(err,
	    "set tls_client_cert and tls_client_key to the files that the server's operator gave you for this account");
}

/*
 * Explains the alert handshake_failure: the server accepts nothing that was offered (RFC 8446, section 6.2). It does not
 * say what it requires, so the hint names what this client lacks.
 */
static void explain_algorithms(const struct tls *t, struct error *err)
{
	error_set(err, ERROR_TLS, "the server accepts none of the offered TLS versions and algorithms (alert: %s)",
	    gnutls_alert_get_name(GNUTLS_A_HANDSHAKE_FAILURE));
	if (t->options.priority)
		error_hint(err, "remove tls_priority, or ask the server's operator what the server requires");
	else if (tls_hybrid_group() == GNUTLS_GROUP_INVALID)
		error_hint(err,
		    "ask the server's operator what it requires; if only the post-quantum X25519MLKEM768, install a "
		    "GnuTLS with ML-KEM, which GnuTLS %s lacks",
		    gnutls_check_version(NULL));
	else
		error_hint(err, "ask the server's operator what it requires; check server and port");
}

static void explain_handshake(const struct tls *t, int code, struct error *err)
{
	gnutls_alert_description_t alert =
	    code == GNUTLS_E_FATAL_ALERT_RECEIVED ? gnutls_alert_get(t->session) : GNUTLS_A_CLOSE_NOTIFY;

	if (is_about_our_certificate(alert) ||
	    (code == GNUTLS_E_FATAL_ALERT_RECEIVED && gnutls_certificate_client_get_request_status(t->session))) {
		explain_client(alert, err);
	} else if (t->options.newest_only && is_about_versions(code, alert)) {
		error_set(err, ERROR_TLS, "the server does not support TLS 1.3");
		error_hint(err, "set tls_min_version = 1.2, which is also safe");
	} else if (is_about_versions(code, alert)) {
		error_set(err, ERROR_TLS, "the server supports neither TLS 1.2 nor TLS 1.3");
		error_hint(err, "ask the server's operator to upgrade it: older versions are not safe");
	} else if (alert == GNUTLS_A_HANDSHAKE_FAILURE) {
		explain_algorithms(t, err);
	} else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		error_set(err, ERROR_TLS, "the server ended the TLS handshake: %s", gnutls_alert_get_name(alert));
		error_hint(err,
		    "check server and port, and tls_priority if it is set; "
		    "ask the server's operator what the server requires");
	} else if (code == GNUTLS_E_DH_PRIME_UNACCEPTABLE) {
		error_set(err, ERROR_TLS, "the server's Diffie-Hellman parameters are too weak: less than 2048 bits");
		error_hint(err, "ask the server's operator to enable ECDHE, or parameters of at least 2048 bits");
	} else if (code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_PULL_ERROR ||
	    code == GNUTLS_E_PUSH_ERROR) {
		error_set(err, ERROR_NETWORK, "the server closed the connection during the TLS handshake");
	} else if (code == GNUTLS_E_UNEXPECTED_PACKET || code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH) {
		error_set(err, ERROR_TLS, "the server did not respond with TLS");
	} else {
		error_set(err, ERROR_TLS, "the TLS handshake failed: %s", gnutls_strerror(code));
	}
}

static enum channel_status wanted(const struct tls *t)
{
	return gnutls_record_get_direction(t->session) ? CHANNEL_WANT_WRITE : CHANNEL_WANT_READ;
}

static enum channel_status tls_open(void *context, struct error *err)
{
	struct tls *t = context;
	int code;

	t->dry = false;
	code = gnutls_handshake(t->session);
	if (code >= 0 && t->verified)
		return CHANNEL_DONE;
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return wanted(t);
	if (code < 0 && !gnutls_error_is_fatal(code))
		return CHANNEL_WANT_READ;
	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR) {
		*err = t->refusal;
	} else if (code >= 0) {
		error_set(err, ERROR_TLS, "the TLS handshake ended without a certificate");
		error_hint(err, "ask the server's operator to install a certificate");
	} else {
		explain_handshake(t, code, err);
	}
	return CHANNEL_FAILED;
}

/* With TLS 1.3 a server may check and refuse the client certificate after the handshake. */
static enum channel_status fail_record(const struct tls *t, ssize_t code, struct error *err)
{
	gnutls_alert_description_t alert =
	    code == GNUTLS_E_FATAL_ALERT_RECEIVED ? gnutls_alert_get(t->session) : GNUTLS_A_CLOSE_NOTIFY;

	if (is_about_our_certificate(alert))
		explain_client(alert, err);
	else if (code == GNUTLS_E_PREMATURE_TERMINATION)
		error_set(err, ERROR_NETWORK, "the connection was cut off");
	else
		error_set(err, ERROR_NETWORK, "the TLS connection was lost: %s", gnutls_strerror((int)code));
	return CHANNEL_FAILED;
}

/* Returns the data of all records that have arrived, as far as there is room. */
static enum channel_status tls_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct tls *t = context;
	ssize_t n = t->failure;
	size_t filled = 0;

	t->dry = false;
	while (!t->ended && filled < size &&
	    (filled == 0 || t->raw_start < t->raw_end || gnutls_record_check_pending(t->session) > 0)) {
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
		return n == 0 ? CHANNEL_END : fail_record(t, n, err);
	/* Renegotiation and warnings are ignored. */
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
	return fail_record(t, n, err);
}

static enum channel_status tls_shut(void *context, struct error *err)
{
	struct tls *t = context;
	int code = gnutls_bye(t->session, GNUTLS_SHUT_WR);

	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return wanted(t);
	if (code < 0)
		return fail_record(t, code, err);
	return CHANNEL_DONE;
}

/*
 * TLS 1.3 uses an exporter (RFC 9266, section 4.2). TLS 1.2 uses tls-unique, which is unique only with the extended
 * master secret (RFC 7627).
 */
static bool tls_binding(void *context, struct channel_binding *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	struct tls *t = context;
	gnutls_datum_t unique;

	if (gnutls_protocol_get_version(t->session) >= GNUTLS_TLS1_3) {
		out->type = "tls-exporter";
		out->length = 32;
		return gnutls_prf_rfc5705(t->session, sizeof(label) - 1, label, 0, "", out->length,
			   (char *)out->octets) == 0;
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

static const struct channel_ops tls_ops = {
    .secure = true,
    .open = tls_open,
    .receive = tls_receive,
    .send = tls_send,
    .shut = tls_shut,
    .close = tls_close,
    .binding = tls_binding,
};

bool tls_make(struct channel *out, struct channel below, const struct tls_options *options, struct error *err)
{
	struct tls *t = memory_zeroed(1, sizeof(*t));
	int code;

	t->below = below;
	t->options = *options;
	if (!set_name(t, err)) {
		tls_close(t);
		return false;
	}
	code = set_up(t);
	if (code < 0) {
		error_set(err, ERROR_INTERNAL, "TLS could not be set up: %s", gnutls_strerror(code));
		tls_close(t);
		return false;
	}
	gnutls_session_set_ptr(t->session, t);
	gnutls_session_set_verify_function(t->session, verify);
	if (t->options.trust->key_log)
		gnutls_session_set_keylog_function(t->session, log_key);
	gnutls_transport_set_ptr(t->session, t);
	gnutls_transport_set_pull_function(t->session, pull);
	gnutls_transport_set_pull_timeout_function(t->session, pull_timeout);
	gnutls_transport_set_vec_push_function(t->session, push);
	gnutls_handshake_set_timeout(t->session, GNUTLS_INDEFINITE_TIMEOUT);
	*out = (struct channel){.ops = &tls_ops, .context = t, .fd = below.fd};
	return true;
}

/* Describes the version, the cipher suite and the proof of the server's identity. */
static void describe(const struct tls *t, char *out, size_t size)
{
	static const char *const vouchers[] = {[TLS_BY_CA] = "certificate valid for",
	    [TLS_BY_PIN] = "key pinned for",
	    [TLS_BY_BOTH] = "certificate valid and key pinned for",
	    [TLS_BY_DANE] = "key or issuer in DNS for"};
	char *text = gnutls_session_get_desc(t->session);

	snprintf(out, size, "%s, %s %s", text ? text : "TLS", vouchers[t->options.proof], t->name);
	gnutls_free(text);
}

bool tls_start(struct stream *s, const struct tls_options *options, const struct log *log, struct error *err)
{
	struct channel channel;
	const struct tls *t;
	char words[512];
	int64_t start = deadline_clock();
	bool ok;

	if (stream_buffered(s) > 0) {
		error_set(err, ERROR_TLS, "the server sent unexpected unencrypted data before TLS started");
		return error_hint(err, "use port 995: somebody may be tampering with the connection");
	}
	if (!tls_make(&channel, stream_release(s), options, err))
		return false;
	t = channel.context;
	ok = stream_carry(s, channel, "the TLS handshake", err);
	tls_facts_log(t->session, &t->options, t->verified, log);
	if (!ok)
		return false;
	log_number(log, "times.tls", deadline_clock() - start);
	describe(t, words, sizeof(words));
	log_line(log, LOG_VERBOSE, "%s", words);
	return true;
}

const char *tls_library_version(void)
{
	return gnutls_check_version(NULL);
}
