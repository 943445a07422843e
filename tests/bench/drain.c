/*
 * The benchmark's yardstick: what server, TLS and disk allow. It fetches a whole maildrop over implicit
 * TLS and throws it away, or stores it with the fewest steps that survive a power loss. It knows no
 * state, checks no certificate and trusts the server's framing: nothing here is meant for real mail.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <gnutls/gnutls.h>

enum {
	RAW_SIZE = 256 * 1024,	/* ciphertext: what one recv may bring */
	IN_SIZE = 64 * 1024,	/* plain text: a few records, so that it stays in the cache */
	OUT_SIZE = 512 * 1024,	/* what one write may take */
	WINDOW = 1024,		/* RETRs in flight: their commands fit any socket's buffers */
	COMMAND_SIZE = 24,	/* of one RETR, at the most */
	TERMINATOR = 5,		/* octets of CRLF "." CRLF */
	EARLY = 8 * 1024 * 1024 /* a large message goes to the disk while the rest of it arrives */
};

struct drain {
	int fd, tmp, new; /* tmp: -1 if nothing is stored */
	gnutls_session_t tls;
	char *raw, *in, *out;
	size_t raw_begin, raw_end;
	size_t in_begin, in_end;
	size_t out_end;
	unsigned long count, asked, done;
	uint64_t octets;
};

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list arguments;

	fputs("drain: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

/* GnuTLS asks for a record's header and body one by one: one recv serves many records. */
static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
	struct drain *d = pointer;
	size_t there;

	if (d->raw_begin == d->raw_end) {
		ssize_t got = recv(d->fd, d->raw, RAW_SIZE, 0);
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
	int code = getaddrinfo(host, port, &hints, &list), one = 1;

	if (code != 0)
		fail("%s: %s", host, gai_strerror(code));
	d->fd = -1;
	for (each = list; each && d->fd < 0; each = each->ai_next) {
		d->fd = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, 0);
		if (d->fd >= 0 && connect(d->fd, each->ai_addr, each->ai_addrlen) != 0) {
			close(d->fd);
			d->fd = -1;
		}
	}
	freeaddrinfo(list);
	if (d->fd < 0)
		fail("%s port %s: %s", host, port, strerror(errno));
	setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* With the system's own choice of ciphers, so that all contenders have the same. */
static void start_tls(struct drain *d, const char *host)
{
	gnutls_certificate_credentials_t credentials;
	int code;

	if (gnutls_certificate_allocate_credentials(&credentials) < 0 ||
	    gnutls_init(&d->tls, GNUTLS_CLIENT) < 0 || gnutls_set_default_priority(d->tls) < 0 ||
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
		if (sent < 0 && gnutls_error_is_fatal((int)sent))
			fail("sending: %s", gnutls_strerror((int)sent));
		if (sent > 0) {
			data += sent;
			size -= (size_t)sent;
		}
	}
}

/* One record more behind what is left in `in`, which is little. */
static void fill(struct drain *d)
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

/* Takes a status line, which has to begin with +OK. */
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

/* The first "\n." whose two octets lie in [at, end), or end. */
static const char *find_dot_line(const char *at, const char *end)
{
#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n'), dot = _mm_set1_epi8('.');

	for (; end - at >= 17; at += 16) {
		__m128i here = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), lf);
		__m128i next =
		    _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(at + 1)), dot);
		int mask = _mm_movemask_epi8(_mm_and_si128(here, next));
		if (mask)
			return at + __builtin_ctz((unsigned)mask);
	}
#endif
	at = memmem(at, (size_t)(end - at), "\n.", 2);
	return at ? at : end;
}

/* Throws a body away, or a listing. */
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
		/* What is left may be the beginning of the end. */
		if (at == end && end > d->in + d->in_begin)
			at = end - 1;
		d->octets += (size_t)(at - d->in) - d->in_begin;
		d->in_begin = (size_t)(at - d->in);
		fill(d);
	}
}

/*
 * Copies [at, end) to out up to the first CR, and returns where that stands, or end. Writes up to 15
 * octets more than it copies.
 */
static const char *copy_to_cr(const char *at, const char *end, char *out)
{
	const char *cr;
#ifdef __SSE2__
	const __m128i wanted = _mm_set1_epi8('\r');

	for (; end - at >= 16; at += 16, out += 16) {
		__m128i octets = _mm_loadu_si128((const __m128i *)(const void *)at);
		int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(octets, wanted));
		_mm_storeu_si128((__m128i *)(void *)out, octets);
		if (mask)
			return at + __builtin_ctz((unsigned)mask);
	}
#endif
	cr = memchr(at, '\r', (size_t)(end - at));
	if (!cr)
		cr = end;
	memcpy(out, at, (size_t)(cr - at));
	return cr;
}

/* Unstuffs what has arrived of a body into `out`, CRLF as LF. Whether its end was there. */
static bool unstuff(struct drain *d)
{
	const char *at = d->in + d->in_begin, *end = d->in + d->in_end, *cr;
	char *out = d->out + d->out_end;
	bool ended = false;

	for (;;) {
		cr = copy_to_cr(at, end, out);
		out += cr - at;
		at = cr;
		if (end - at < TERMINATOR)
			break;
		if (at[1] != '\n') {
			*out++ = *at++;
			continue;
		}
		*out++ = '\n';
		at += 2;
		if (*at != '.')
			continue;
		if (at[1] == '\r' && at[2] == '\n') {
			at += 3;
			ended = true;
			break;
		}
		at++;
	}
	d->octets += (size_t)(at - d->in) - d->in_begin;
	d->in_begin = (size_t)(at - d->in);
	d->out_end = (size_t)(out - d->out);
	return ended;
}

static void write_out(struct drain *d, int fd)
{
	for (size_t begin = 0; begin < d->out_end;) {
		ssize_t written = write(fd, d->out + begin, d->out_end - begin);
		if (written < 0)
			fail("writing: %s", strerror(errno));
		begin += (size_t)written;
	}
	d->out_end = 0;
}

static void store_body(struct drain *d)
{
	char name[32];
	int fd;
	off_t size = 0, started = 0;
	bool ended = false;

	snprintf(name, sizeof(name), "%lu", d->done);
	fd = openat(d->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("%s: %s", name, strerror(errno));
	while (d->in_end - d->in_begin < 3)
		fill(d);
	if (memcmp(d->in + d->in_begin, ".\r\n", 3) == 0) {
		d->in_begin += 3;
		ended = true;
	} else if (d->in[d->in_begin] == '.') {
		d->in_begin++;
	}
	while (!ended) {
		ended = unstuff(d);
		if (!ended)
			fill(d);
		if (d->out_end + IN_SIZE + 16 <= OUT_SIZE)
			continue;
		size += (off_t)d->out_end;
		write_out(d, fd);
		if (size - started >= EARLY) {
			sync_file_range(fd, started, size - started, SYNC_FILE_RANGE_WRITE);
			started = size;
		}
	}
	write_out(d, fd);
	close(fd);
}

/* Everything to the disk at once, then every message into place, then the folder that says so. */
static void put_in_place(struct drain *d)
{
	char name[32];

	if (syncfs(d->tmp) != 0)
		fail("syncfs: %s", strerror(errno));
	for (unsigned long i = 0; i < d->count; i++) {
		snprintf(name, sizeof(name), "%lu", i);
		if (renameat(d->tmp, name, d->new, name) != 0)
			fail("rename: %s", strerror(errno));
	}
	if (fsync(d->new) != 0)
		fail("fsync: %s", strerror(errno));
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

/* Login and both listings leave in one flight, behind the handshake: no client can do with fewer turns. */
static void log_in_and_list(struct drain *d, const char *user, const char *password)
{
	char plain[512], flight[1024];
	gnutls_datum_t datum = {.data = (unsigned char *)plain}, encoded;
	int size = snprintf(plain, sizeof(plain), "%c%s%c%s", 0, user, 0, password);

	if (size >= (int)sizeof(plain))
		fail("user and password are too long");
	datum.size = (unsigned)size;
	if (gnutls_base64_encode2(&datum, &encoded) < 0)
		fail("base64");
	size = snprintf(flight, sizeof(flight), "AUTH PLAIN %s\r\nUIDL\r\nLIST\r\n", (char *)encoded.data);
	gnutls_free(encoded.data);
	send_all(d, flight, (size_t)size);
	status(d); /* the greeting */
	status(d); /* AUTH */
	status(d); /* UIDL */
	skip_body(d);
	status(d); /* LIST, which count_listing reads */
}

/* How many messages LIST has, taken from its lines. */
static unsigned long count_listing(struct drain *d)
{
	unsigned long count = 0;

	for (;;) {
		char *line = d->in + d->in_begin;
		char *end = memchr(line, '\n', d->in_end - d->in_begin);
		if (!end) {
			fill(d);
			continue;
		}
		d->in_begin = (size_t)(end - d->in) + 1;
		if (*line == '.')
			return count;
		count++;
	}
}

static void open_maildir(struct drain *d, const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0) {
		d->tmp = openat(folder, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		d->new = openat(folder, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (folder < 0 || d->tmp < 0 || d->new < 0)
		fail("%s: no folder with tmp and new in it", path);
	close(folder);
}

int main(int argc, char **argv)
{
	struct drain d = {.tmp = -1, .new = -1};
	bool poll = argc == 6 && strcmp(argv[5], "--poll") == 0;
	bool store = argc == 7 && strcmp(argv[5], "--store") == 0;

	if (argc != 5 && !poll && !store) {
		fputs("Usage: drain HOST PORT USER PASSWORD [--poll | --store DIR]\n", stderr);
		return 64;
	}
	if (store)
		open_maildir(&d, argv[6]);
	d.raw = malloc(RAW_SIZE);
	d.in = malloc(IN_SIZE);
	d.out = malloc(OUT_SIZE);
	if (!d.raw || !d.in || !d.out)
		fail("no memory");
	connect_to(&d, argv[1], argv[2]);
	start_tls(&d, argv[1]);
	log_in_and_list(&d, argv[3], argv[4]);
	d.count = count_listing(&d);
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
	/* Never in the pipeline behind a body: some servers close inside it then. */
	send_all(&d, "QUIT\r\n", 6);
	status(&d);
	printf("%lu messages, %llu octets\n", d.count, (unsigned long long)d.octets);
	return 0;
}
