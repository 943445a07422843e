#define _GNU_SOURCE /* POLLRDHUP */
#include "pop3_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	IDLE_MS = 120 * 1000,
	DRAIN_MS = 2000,
	HOLD_MS = 10,
	TLS_HANDSHAKE_RECORD = 22, /* RFC 8446, 5.1 */
};

void pop3_wire_init(struct pop3_wire *wire, int fd, int transcript)
{
	wire->fd = fd;
	wire->transcript = transcript;
	wire->tls = NULL;
	wire->failed = wire->early = false;
	wire->body_left = wire->hold_left = UINT64_MAX;
	wire->hold = NULL;
	wire->in_start = wire->in_end = wire->out_used = wire->kept_used = 0;

	int on = 1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	int flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		wire->failed = true;
}

/* Appends PREFIX and the text as one line by one write, so that parallel sessions do not mix their lines. */
static void record(const struct pop3_wire *wire, const char *prefix, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	static char line[4 * sizeof(wire->in) + 16];

	if (wire->transcript < 0)
		return;
	size_t used = strlen(prefix);
	memcpy(line, prefix, used);
	for (size_t i = 0; i < len && used < sizeof(line) - 5; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c >= 0x20 && c < 0x7f) {
			line[used++] = text[i];
			continue;
		}
		line[used++] = '\\';
		line[used++] = 'x';
		line[used++] = hex[c >> 4];
		line[used++] = hex[c & 15];
	}
	line[used++] = '\n';
	if (write(wire->transcript, line, used) < 0)
		perror("pop3-server: transcript");
}

static void record_client(const struct pop3_wire *wire, const char *text, size_t len)
{
	record(wire, wire->tls ? "tls C: " : "plain C: ", text, len);
}

static bool fail(struct pop3_wire *wire)
{
	wire->failed = true;
	return false;
}

static bool wait_for(struct pop3_wire *wire, short events)
{
	struct pollfd p = {.fd = wire->fd, .events = events};
	int n;
	do {
		n = poll(&p, 1, IDLE_MS);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? true : fail(wire);
}

/* Returns, after a call that returned RC < 0, whether to repeat it. Waits if necessary. */
static bool again(struct pop3_wire *wire, ssize_t rc, short events)
{
	if (wire->tls) {
		if (rc == GNUTLS_E_INTERRUPTED)
			return true;
		if (rc == GNUTLS_E_AGAIN)
			return wait_for(wire, gnutls_record_get_direction(wire->tls) ? POLLOUT : POLLIN);
		return gnutls_error_is_fatal((int)rc) ? fail(wire) : true;
	}
	if (errno == EINTR)
		return true;
	if (errno == EAGAIN)
		return wait_for(wire, events);
	return fail(wire);
}

/* Holds back data that has to be in one segment with the greeting. */
static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t len)
{
	struct pop3_wire *wire = pointer;
	if (!wire->early)
		return send(wire->fd, data, len, MSG_NOSIGNAL);
	if (len > sizeof(wire->kept) - wire->kept_used)
		return -1;
	memcpy(wire->kept + wire->kept_used, data, len);
	wire->kept_used += len;
	return (ssize_t)len;
}

static void send_kept(struct pop3_wire *wire)
{
	ssize_t len = (ssize_t)wire->kept_used;
	wire->early = false;
	if (send(wire->fd, wire->kept, wire->kept_used, MSG_NOSIGNAL) != len)
		wire->failed = true;
}

/* Detects text in the clear, which is a client error that tests look for. */
static bool plain_instead_of_tls(struct pop3_wire *wire)
{
	size_t len = wire->in_end - wire->in_start;
	if (len == 0) {
		unsigned char first;
		if (!wait_for(wire, POLLIN))
			return true;
		ssize_t n = recv(wire->fd, &first, 1, MSG_PEEK);
		if (n == 1 && first == TLS_HANDSHAKE_RECORD)
			return false;
		n = recv(wire->fd, wire->in, sizeof(wire->in), 0);
		wire->in_start = 0;
		len = n > 0 ? (size_t)n : 0;
	}
	if (len > 0)
		record_client(wire, wire->in + wire->in_start, len);
	wire->in_start = wire->in_end = 0;
	return true;
}

static int check_client(gnutls_session_t tls)
{
	const struct pop3_wire *wire = gnutls_session_get_ptr(tls);
	unsigned status = 0, count = 0;
	if (gnutls_certificate_get_peers(tls, &count) && count > 0)
		record_client(wire, "(shows a certificate)", 21);
	return gnutls_certificate_verify_peers2(tls, &status) >= 0 && status == 0 ? 0 : -1;
}

bool pop3_wire_start_tls(struct pop3_wire *wire, gnutls_certificate_credentials_t credentials, const char *priority,
    bool ask_client)
{
	if (!pop3_wire_flush(wire) || plain_instead_of_tls(wire))
		return fail(wire);
	unsigned flags = GNUTLS_SERVER | GNUTLS_NONBLOCK | (wire->early ? GNUTLS_ENABLE_EARLY_START : 0);
	if (gnutls_init(&wire->tls, flags) < 0) {
		wire->tls = NULL;
		return fail(wire);
	}
	gnutls_transport_set_int(wire->tls, wire->fd);
	if (wire->early) {
		gnutls_transport_set_ptr2(wire->tls, (gnutls_transport_ptr_t)(intptr_t)wire->fd, wire);
		gnutls_transport_set_push_function(wire->tls, push);
	}
	int rc =
	    priority ? gnutls_priority_set_direct(wire->tls, priority, NULL) : gnutls_set_default_priority(wire->tls);
	if (rc >= 0)
		rc = gnutls_credentials_set(wire->tls, GNUTLS_CRD_CERTIFICATE, credentials);
	if (rc < 0)
		return fail(wire);
	if (ask_client) {
		gnutls_certificate_server_set_request(wire->tls, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_ptr(wire->tls, wire);
		gnutls_session_set_verify_function(wire->tls, check_client);
	}
	do {
		rc = gnutls_handshake(wire->tls);
	} while (rc < 0 && again(wire, rc, POLLIN));
	if (rc < 0)
		(void)gnutls_alert_send_appropriate(wire->tls, rc);
	return rc >= 0;
}

void pop3_wire_rehandshake(struct pop3_wire *wire)
{
	if (pop3_wire_flush(wire))
		(void)gnutls_rehandshake(wire->tls);
}

static bool fill(struct pop3_wire *wire)
{
	ssize_t n;
	if (!pop3_wire_flush(wire))
		return false;
	if (wire->in_start > 0) {
		memmove(wire->in, wire->in + wire->in_start, wire->in_end - wire->in_start);
		wire->in_end -= wire->in_start;
		wire->in_start = 0;
	}
	size_t room = sizeof(wire->in) - wire->in_end;
	if (room == 0)
		return fail(wire);
	do {
		n = wire->tls ? gnutls_record_recv(wire->tls, wire->in + wire->in_end, room)
			      : recv(wire->fd, wire->in + wire->in_end, room, 0);
		if (n == GNUTLS_E_REHANDSHAKE)
			record_client(wire, "(renegotiates)", 14);
	} while (n < 0 && again(wire, n, POLLIN));
	if (n <= 0)
		return fail(wire);
	wire->in_end += (size_t)n;
	return true;
}

char *pop3_wire_read_line(struct pop3_wire *wire, size_t *len)
{
	for (;;) {
		char *start = wire->in + wire->in_start;
		size_t have = wire->in_end - wire->in_start;
		char *lf = memchr(start, '\n', have);
		if (lf) {
			wire->in_start += (size_t)(lf - start) + 1;
			if (lf > start && lf[-1] == '\r')
				lf--;
			*lf = '\0';
			*len = (size_t)(lf - start);
			record_client(wire, start, *len);
			return start;
		}
		if (!wire->failed && fill(wire))
			continue;
		if (have > 0)
			record_client(wire, wire->in + wire->in_start, have);
		wire->in_start = wire->in_end = 0;
		return NULL;
	}
}

bool pop3_wire_has_input(const struct pop3_wire *wire)
{
	return wire->in_end > wire->in_start || (wire->tls && gnutls_record_check_pending(wire->tls) > 0);
}

__attribute__((format(printf, 3, 0))) static void put_line(struct pop3_wire *wire, bool first, const char *format,
    va_list args)
{
	char text[1024];
	int n = vsnprintf(text, sizeof(text) - 2, format, args);
	if (n < 0 || (size_t)n >= sizeof(text) - 2) {
		wire->failed = true;
		return;
	}
	if (first)
		record(wire, "S: ", text, (size_t)n);
	memcpy(text + n, "\r\n", 2);
	pop3_wire_write(wire, text, (size_t)n + 2);
}

void pop3_wire_reply(struct pop3_wire *wire, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_line(wire, true, format, args);
	va_end(args);
}

void pop3_wire_line(struct pop3_wire *wire, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_line(wire, false, format, args);
	va_end(args);
}

void pop3_wire_write(struct pop3_wire *wire, const void *data, size_t len)
{
	const char *from = data;
	while (len > 0 && !wire->failed) {
		size_t room = sizeof(wire->out) - wire->out_used;
		size_t piece = len < room ? len : room;
		memcpy(wire->out + wire->out_used, from, piece);
		wire->out_used += piece;
		from += piece;
		len -= piece;
		if (wire->out_used == sizeof(wire->out))
			(void)pop3_wire_flush(wire);
	}
}

void pop3_wire_hold(struct pop3_wire *wire, const char *step)
{
	char path[512], note[512];
	struct pollfd gone = {.fd = wire->fd, .events = POLLRDHUP};
	FILE *file;

	if (!wire->hold || wire->failed)
		return;
	(void)snprintf(path, sizeof(path), "%s/%s", wire->hold, step);
	(void)snprintf(note, sizeof(note), "%s/held", wire->hold);
	if (access(path, F_OK) != 0 || !pop3_wire_flush(wire))
		return;
	file = fopen(note, "w");
	if (file) {
		(void)fprintf(file, "%s\n", step);
		(void)fclose(file);
	}
	while (!wire->failed && access(path, F_OK) == 0)
		wire->failed = poll(&gone, 1, HOLD_MS) > 0; /* the client has left */
}

void pop3_wire_write_body(struct pop3_wire *wire, const void *data, size_t len)
{
	const char *octets = data;

	if (wire->hold && len >= wire->hold_left) {
		size_t first = (size_t)wire->hold_left;

		wire->hold_left = UINT64_MAX;
		pop3_wire_write_body(wire, octets, first);
		pop3_wire_hold(wire, "BODY");
		pop3_wire_write_body(wire, octets + first, len - first);
		return;
	}
	if (wire->hold_left != UINT64_MAX)
		wire->hold_left -= len;
	if (len > wire->body_left)
		len = (size_t)wire->body_left;
	pop3_wire_write(wire, data, len);
	wire->body_left -= len;
	if (wire->body_left == 0 && !wire->failed)
		pop3_wire_drop(wire);
}

bool pop3_wire_flush(struct pop3_wire *wire)
{
	size_t done = 0;
	while (!wire->failed && done < wire->out_used) {
		ssize_t n = wire->tls ? gnutls_record_send(wire->tls, wire->out + done, wire->out_used - done)
				      : send(wire->fd, wire->out + done, wire->out_used - done, 0);
		if (n >= 0)
			done += (size_t)n;
		else if (!again(wire, n, POLLOUT))
			break;
	}
	if (wire->early && wire->out_used > 0)
		send_kept(wire);
	wire->out_used = 0;
	return !wire->failed;
}

/*
 * Closing a socket with unread input resets the connection, and the reset may overtake the data sent last. So it
 * announces the end first, and reads until the peer ends its side.
 */
static void shut(struct pop3_wire *wire)
{
	struct pollfd p = {.fd = wire->fd, .events = POLLIN};
	if (shutdown(wire->fd, SHUT_WR) == 0)
		while (poll(&p, 1, DRAIN_MS) > 0 && recv(wire->fd, wire->in, sizeof(wire->in), 0) > 0)
			continue;
	wire->in_start = wire->in_end = 0;
	wire->failed = true;
}

void pop3_wire_drop(struct pop3_wire *wire)
{
	if (pop3_wire_flush(wire))
		shut(wire);
}

void pop3_wire_close(struct pop3_wire *wire)
{
	if (pop3_wire_flush(wire)) {
		int rc;
		if (wire->tls)
			do {
				rc = gnutls_bye(wire->tls, GNUTLS_SHUT_WR);
			} while (rc < 0 && again(wire, rc, POLLOUT));
		shut(wire);
	}
	if (wire->tls)
		gnutls_deinit(wire->tls);
	wire->tls = NULL;
	(void)close(wire->fd);
	wire->fd = -1;
}
