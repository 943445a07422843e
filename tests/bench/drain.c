/*
 * The reference of the benchmark: the limit of server, TLS and disk. It fetches a complete maildrop over implicit
 * TLS and discards it, or stores it with the fewest steps that survive a power loss. With --direct it writes large
 * messages past the page cache. With --digest it also computes SHA-256 of each message, as a fetcher with a state
 * must. It keeps no state, checks no certificate and trusts the server's framing. Do not use it for real mail.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drain.h"
#include "scan.h"

void fail(const char *format, ...)
{
	va_list arguments;

	fputs("drain: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

/*
 * Lets the kernel collect some records before it wakes us, which saves a third of the processor time. This is safe
 * while the commands in flight are answered with more than that, and our own buffers do not hold that much already.
 * It is not used on a slow link, where delayed acknowledgements would keep the server's window small.
 */
static void set_patience(struct drain *d)
{
	uint64_t certain = d->least * (d->count < WINDOW ? d->count : WINDOW / 2);
	bool patient = d->near && certain > 2 * AT_ONCE && d->octets + RAW_SIZE + 4 * AT_ONCE < d->total;
	int octets = patient ? AT_ONCE : 1;

	if (patient != d->patient)
		setsockopt(d->fd, SOL_SOCKET, SO_RCVLOWAT, &octets, sizeof(octets));
	d->patient = patient;
}

/* GnuTLS asks for a record's header and body separately; here one recv serves many records. */
static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
	struct drain *d = pointer;
	size_t there;

	if (d->raw_begin == d->raw_end) {
		ssize_t got;
		if (d->asked > 0)
			set_patience(d);
		got = recv(d->fd, d->raw, RAW_SIZE, 0);
		if (got <= 0)
			return got;
		d->raw_begin = 0;
		d->raw_end = (size_t)got;
	}
	there = d->raw_end - d->raw_begin;
	if (size > there)
		size = there;
	memcpy(data, d->raw + d->raw_begin, size);
	d->raw_begin += size;
	return (ssize_t)size;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t size)
{
	return send(((struct drain *)pointer)->fd, data, size, MSG_NOSIGNAL);
}

static void connect_to(struct drain *d, const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *each;
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);
	int code = getaddrinfo(host, port, &hints, &list), one = 1;

	if (code != 0)
		fail("%s: %s", host, gai_strerror(code));
	for (each = list; each; each = each->ai_next) {
		d->fd = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, 0);
		if (connect(d->fd, each->ai_addr, each->ai_addrlen) == 0)
			break;
		close(d->fd);
	}
	if (!each)
		fail("%s port %s: %s", host, port, strerror(errno));
	freeaddrinfo(list);
	setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	d->near = getsockopt(d->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_rtt < NEAR;
}

/* Uses the system's default ciphers, as all contenders do. */
static void start_tls(struct drain *d, const char *host)
{
	gnutls_certificate_credentials_t credentials;
	int code;

	if (gnutls_certificate_allocate_credentials(&credentials) < 0 || gnutls_init(&d->tls, GNUTLS_CLIENT) < 0 ||
	    gnutls_set_default_priority(d->tls) < 0 ||
	    gnutls_credentials_set(d->tls, GNUTLS_CRD_CERTIFICATE, credentials) < 0)
		fail("GnuTLS does not start");
	gnutls_server_name_set(d->tls, GNUTLS_NAME_DNS, host, strlen(host));
	gnutls_transport_set_ptr(d->tls, d);
	gnutls_transport_set_pull_function(d->tls, pull);
	gnutls_transport_set_push_function(d->tls, push);
	do
		code = gnutls_handshake(d->tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	if (code < 0)
		fail("TLS: %s", gnutls_strerror(code));
}

static void send_all(struct drain *d, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = gnutls_record_send(d->tls, data, size);
		if (sent < 0)
			fail("sending: %s", gnutls_strerror((int)sent));
		data += sent;
		size -= (size_t)sent;
	}
}

void fill(struct drain *d)
{
	ssize_t got;

	if (d->in_begin > 0) {
		memmove(d->in, d->in + d->in_begin, d->in_end - d->in_begin);
		d->in_end -= d->in_begin;
		d->in_begin = 0;
	}
	if (d->in_end == IN_SIZE)
		fail("a line is too long");
	do
		got = gnutls_record_recv(d->tls, d->in + d->in_end, IN_SIZE - d->in_end);
	while (got < 0 && !gnutls_error_is_fatal((int)got));
	if (got <= 0)
		fail("the connection ended: %s", got ? gnutls_strerror((int)got) : "early");
	d->in_end += (size_t)got;
}

/* Reads a status line, which must begin with +OK. */
static void status(struct drain *d)
{
	const char *end;
	char *line;

	while (!(end = memchr(d->in + d->in_begin, '\n', d->in_end - d->in_begin)))
		fill(d);
	line = d->in + d->in_begin;
	if (end - line < 3 || memcmp(line, "+OK", 3) != 0)
		fail("refused: %.*s", (int)(end - line), line);
	d->in_begin = (size_t)(end - d->in) + 1;
}

/* Discards a body or a listing. */
static void skip_body(struct drain *d)
{
	bool begin = true; /* of the first line, which has no LF before it */

	for (;;) {
		const char *at = d->in + d->in_begin, *end = d->in + d->in_end;
		if (begin && end - at < 3) {
			fill(d);
			continue;
		}
		if (begin && memcmp(at, ".\r\n", 3) == 0) {
			d->in_begin += 3;
			return;
		}
		begin = false;
		for (at = find_dot_line(at, end); end - at >= 4; at = find_dot_line(at + 2, end))
			if (at[2] == '\r' && at[3] == '\n') {
				d->octets += (size_t)(at + 4 - d->in) - d->in_begin;
				d->in_begin = (size_t)(at + 4 - d->in);
				return;
			}
		/* The rest may be the beginning of the terminator. */
		if (at == end && end > d->in + d->in_begin)
			at = end - 1;
		d->octets += (size_t)(at - d->in) - d->in_begin;
		d->in_begin = (size_t)(at - d->in);
		fill(d);
	}
}

/* Keeps the window between half full and full: few commands wait, and few records carry them. */
static void ask(struct drain *d)
{
	static char commands[WINDOW * COMMAND_SIZE];
	size_t size = 0;

	if (d->asked == d->count || d->asked - d->done > WINDOW / 2)
		return;
	while (d->asked < d->count && d->asked - d->done < WINDOW)
		size += (size_t)snprintf(commands + size, COMMAND_SIZE, "RETR %lu\r\n", ++d->asked);
	send_all(d, commands, size);
}

/* Sends the login and both listings at once after the handshake: no client can use fewer round trips. */
static void log_in_and_list(struct drain *d, const char *user, const char *password)
{
	char flight[1024];
	int size = snprintf(flight, sizeof(flight), "USER %s\r\nPASS %s\r\nUIDL\r\nLIST\r\n", user, password);

	if (size >= (int)sizeof(flight))
		fail("user and password are too long");
	send_all(d, flight, (size_t)size);
	for (int i = 0; i < 4; i++) /* the greeting, USER, PASS, UIDL */
		status(d);
	skip_body(d);
	status(d); /* LIST; read_listing reads the rest */
}

/* Counts the messages of LIST, and adds up their sizes. */
static void read_listing(struct drain *d)
{
	for (d->least = UINT64_MAX;;) {
		char *line = d->in + d->in_begin, *size;
		char *end = memchr(line, '\n', d->in_end - d->in_begin);
		if (!end) {
			fill(d);
			continue;
		}
		d->in_begin = (size_t)(end - d->in) + 1;
		if (*line == '.')
			break;
		strtoul(line, &size, 10);
		uint64_t octets = strtoull(size, NULL, 10);
		d->total += octets;
		if (octets < d->least)
			d->least = octets;
		d->count++;
	}
	d->octets = 0;
}

int main(int argc, char **argv)
{
	static struct drain d;
	bool poll = argc == 6 && strcmp(argv[5], "--poll") == 0;
	const char *mode = argc == 7 ? argv[5] : "";
	bool store = strcmp(mode, "--store") == 0 || strcmp(mode, "--direct") == 0 || strcmp(mode, "--digest") == 0;

	if (argc != 5 && !poll && !store) {
		fputs("Usage: drain HOST PORT USER PASSWORD [--poll | --store DIR | --direct DIR | --digest DIR]\n",
		    stderr);
		return 64;
	}
	if (store)
		open_maildir(&d, argv[6]);
	d.past_cache = store && strcmp(mode, "--store") != 0;
	d.digests = strcmp(mode, "--digest") == 0;
	digest_start(&d.digest);
	connect_to(&d, argv[1], argv[2]);
	start_tls(&d, argv[1]);
	log_in_and_list(&d, argv[3], argv[4]);
	read_listing(&d);
	for (; !poll && d.done < d.count; d.done++) {
		ask(&d);
		status(&d);
		if (store)
			store_body(&d);
		else
			skip_body(&d);
	}
	if (store)
		put_in_place(&d);
	/* QUIT is never pipelined after a body: some servers then close the connection inside the body. */
	send_all(&d, "QUIT\r\n", 6);
	status(&d);
	printf("%lu messages, %llu octets\n", d.count, (unsigned long long)d.octets);
	return 0;
}
