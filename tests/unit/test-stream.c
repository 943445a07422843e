#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/script.h"
#include "base/error.h"
#include "check_main.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/net.h"
#include "io/race.h"
#include "io/stream.h"
#include "tls/tls.h"

static struct script script;

static struct stream *scripted(const char *server, size_t piece, bool cut)
{
	script = (struct script){.server = server, .server_length = strlen(server), .piece = piece, .cut = cut};
	return script_stream(&script);
}

/* Makes a stream over a socket with a time limit; *peer is the other end, which blocks. */
static struct stream *over_socket(int *peer, int64_t timeout)
{
	int ends[2], small = 4096;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*peer = ends[1];
	return stream_make(net_channel(ends[0]), timeout);
}

START_TEST(bytes_that_arrive_while_the_caller_is_busy_are_read_in_order)
{
	static char sent[300000];
	int peer;
	struct stream *s = over_socket(&peer, 5);
	struct error err;
	const char *bytes;
	size_t length, at = 0;

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i * 7919 >> 8);
	ck_assert_int_eq(write(peer, sent, 10), 10);
	ck_assert(stream_read(s, &bytes, &length, &err));
	ck_assert_uint_eq(length, 10);
	stream_consume(s, 4);
	at = 4;
	stream_read_ahead(s);
	/* Exceeds the buffers of a socket: it completes only because it is being read. */
	ck_assert_int_eq(write(peer, sent + 10, sizeof(sent) - 10), (int)sizeof(sent) - 10);
	if (_i == 1)
		close(peer);
	stream_end_ahead(s);
	while (at < sizeof(sent)) {
		ck_assert(stream_read(s, &bytes, &length, &err));
		length = length > 1000 ? 1000 : length;
		ck_assert_mem_eq(bytes, sent + at, length);
		stream_consume(s, length);
		at += length;
	}
	if (_i == 1) {
		ck_assert(!stream_read(s, &bytes, &length, &err));
		ck_assert_str_eq(err.cause, "the server closed the connection");
	} else {
		close(peer);
	}
	stream_close(&s);
}
END_TEST

/* Makes a stream over TCP on this machine; *peer is the other end. */
static struct stream *over_tcp(int *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct race_winner winner = {0};
	struct stream *s;
	struct error err;

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	ck_assert(stream_connect(&s, "127.0.0.1", ntohs(address.sin_port), 5, 5, NULL, &winner, &err));
	*peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(*peer, 0);
	close(listener);
	return s;
}

START_TEST(a_read_does_not_wait_for_all_expected_bytes)
{
	int peer;
	struct stream *s = over_tcp(&peer);
	struct error err;
	const char *bytes;
	size_t length;
	char question;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		stream_close(&s);
	while (child == 0) {
		if (read(peer, &question, 1) != 1)
			_exit(0);
		(void)!write(peer, "few", 3);
	}
	stream_expect(s, 1000000);
	for (int i = 0; i < 10; i++) {
		stream_write(s, "?", 1);
		ck_assert(stream_flush(s, &err));
		ck_assert(stream_read(s, &bytes, &length, &err));
		ck_assert_uint_eq(length, 3);
		stream_consume(s, 3);
	}
	stream_close(&s);
	close(peer);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

START_TEST(a_stream_that_reads_ahead_can_be_closed)
{
	int peer;
	struct stream *s = over_socket(&peer, 5);

	stream_read_ahead(s);
	stream_close(&s);
	ck_assert_ptr_eq(s, NULL);
	close(peer);
}
END_TEST

START_TEST(bytes_arrive_in_order_however_they_are_split)
{
	static const char text[] = "0123456789abcdef";
	struct stream *s = scripted(text, (size_t)_i + 1, true);
	struct error err;
	size_t at = 0;

	while (at < sizeof(text) - 1) {
		const char *bytes;
		size_t length;

		ck_assert(stream_read(s, &bytes, &length, &err));
		ck_assert_uint_gt(length, 0);
		ck_assert_uint_eq(stream_buffered(s), length);
		ck_assert_mem_eq(bytes, text + at, length);
		stream_consume(s, 1);
		at++;
		ck_assert_uint_eq(stream_buffered(s), length - 1);
	}
	stream_close(&s);
	ck_assert_ptr_eq(s, NULL);
	stream_close(&s);
}
END_TEST

START_TEST(the_end_of_the_stream_is_an_error)
{
	struct stream *s = scripted("x", 0, true);
	struct error err;
	const char *bytes;
	size_t length;

	ck_assert(stream_read(s, &bytes, &length, &err));
	stream_consume(s, 1);
	for (int i = 0; i < 2; i++) {
		ck_assert(!stream_read(s, &bytes, &length, &err));
		ck_assert_int_eq(err.kind, ERROR_NETWORK);
		ck_assert(err.temporary);
		ck_assert_str_eq(err.cause, "the server closed the connection");
	}
	stream_close(&s);
}
END_TEST

START_TEST(written_bytes_are_sent_by_flush)
{
	struct stream *s = scripted("", 0, false);
	struct error err;

	stream_write(s, "USER a", 6);
	stream_write(s, "\r\n", 2);
	ck_assert_uint_eq(script.client_length, 0);
	ck_assert(stream_flush(s, &err));
	ck_assert_str_eq(script.client, "USER a\r\n");
	ck_assert(stream_flush(s, &err));
	ck_assert_uint_eq(script.client_length, 8);
	stream_close(&s);
}
END_TEST

START_TEST(a_stream_is_as_secure_as_its_channel)
{
	struct stream *s = scripted("", 0, false);

	ck_assert(!stream_is_secure(s));
	stream_close(&s);
	script = (struct script){.secure = true};
	s = script_stream(&script);
	ck_assert(stream_is_secure(s));
	stream_close(&s);
}
END_TEST

/* A channel that accepts one byte at a time. */
struct trickle {
	char got[64];
	size_t length;
};

static enum channel_status trickle_send(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	struct trickle *t = context;

	(void)err;
	ck_assert_uint_gt(size, 0);
	ck_assert_uint_lt(t->length, sizeof(t->got));
	memcpy(t->got + t->length++, bytes, 1);
	*sent = 1;
	return CHANNEL_DONE;
}

static void trickle_close(void *context)
{
	(void)context;
}

START_TEST(partial_writes_are_continued)
{
	static const struct channel_ops ops = {.send = trickle_send, .close = trickle_close};
	struct trickle t = {.length = 0};
	struct stream *s = stream_make((struct channel){&ops, &t, -1}, 1);
	struct error err;

	stream_write(s, "RETR 1\r\nRETR 2\r\n", 16);
	ck_assert(stream_flush(s, &err));
	ck_assert_uint_eq(t.length, 16);
	ck_assert_mem_eq(t.got, "RETR 1\r\nRETR 2\r\n", 16);
	stream_close(&s);
}
END_TEST

/* Reads `length` bytes of the pattern, slowly at first. Exits with 0 if all were right. */
static pid_t slow_reader(int fd, size_t length)
{
	pid_t pid = fork();
	size_t at = 0;
	char c[1000];

	if (pid != 0)
		return pid;
	while (at < length) {
		ssize_t n = read(fd, c, sizeof(c));

		if (n <= 0)
			_exit(1);
		for (ssize_t i = 0; i < n; i++, at++) {
			if ((unsigned char)c[i] != at % 251)
				_exit(2);
		}
		if (at < 20000)
			poll(NULL, 0, 5);
	}
	_exit(0);
}

START_TEST(a_write_waits_for_a_full_socket)
{
	static char bytes[1000000];
	struct error err;
	int peer, status;
	struct stream *s = over_socket(&peer, 20);
	pid_t reader = slow_reader(peer, sizeof(bytes));

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(unsigned char)(i % 251);
	stream_write(s, bytes, sizeof(bytes));
	ck_assert(stream_flush(s, &err));
	ck_assert_int_eq(waitpid(reader, &status, 0), reader);
	ck_assert_int_eq(status, 0);
	stream_close(&s);
}
END_TEST

static void check_time_ran_out(int64_t before, const struct error *err)
{
	int64_t took = deadline_clock() - before;

	ck_assert_int_ge(took, 900);
	ck_assert_int_lt(took, 10000);
	ck_assert_int_eq(err->kind, ERROR_NETWORK);
	ck_assert(err->temporary);
	ck_assert_ptr_ne(strstr(err->cause, "timed out"), NULL);
}

START_TEST(a_silent_server_times_out)
{
	struct error err;
	const char *bytes;
	size_t length;
	int peer;
	int64_t before = deadline_clock();
	struct stream *s = over_socket(&peer, 1);

	ck_assert(!stream_read(s, &bytes, &length, &err));
	check_time_ran_out(before, &err);
	stream_close(&s);
}
END_TEST

START_TEST(a_server_that_reads_nothing_times_out)
{
	static char bytes[1000000];
	struct error err;
	int peer;
	int64_t before = deadline_clock();
	struct stream *s = over_socket(&peer, 1);

	stream_write(s, bytes, sizeof(bytes));
	ck_assert(!stream_flush(s, &err));
	check_time_ran_out(before, &err);
	stream_close(&s);
}
END_TEST

/* Sends a byte every 300 ms, eight times, then closes. */
static pid_t dripping_writer(int fd)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	for (int i = 0; i < 8; i++) {
		poll(NULL, 0, 300);
		if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(0);
}

/* Reads byte by byte until it fails. Returns how many arrived. */
static int count_octets(struct stream *s, bool restart, struct error *err)
{
	const char *bytes;
	size_t length;
	int count = 0;

	while (stream_read(s, &bytes, &length, err)) {
		stream_consume(s, 1);
		count++;
		if (restart)
			stream_restart_clock(s);
	}
	return count;
}

START_TEST(all_waits_share_one_time_limit)
{
	struct error err;
	int peer, count;
	int64_t before = deadline_clock();
	struct stream *s = over_socket(&peer, 1);
	pid_t writer = dripping_writer(peer);

	count = count_octets(s, false, &err);
	check_time_ran_out(before, &err);
	ck_assert_int_lt(count, 8);
	stream_close(&s);
	close(peer);
	waitpid(writer, NULL, 0);
}
END_TEST

START_TEST(restarting_the_clock_renews_the_time_limit)
{
	struct error err;
	int peer;
	struct stream *s = over_socket(&peer, 2);
	pid_t writer = dripping_writer(peer);

	close(peer);
	ck_assert_int_eq(count_octets(s, true, &err), 8);
	ck_assert_str_eq(err.cause, "the server closed the connection");
	stream_close(&s);
	waitpid(writer, NULL, 0);
}
END_TEST

START_TEST(shutting_down_ends_the_stream_for_the_peer)
{
	struct stream *s;
	int peer;
	char c;

	s = over_socket(&peer, 5);
	stream_shut(s);
	ck_assert_int_eq(read(peer, &c, 1), 0);
	stream_close(&s);
	close(peer);
}
END_TEST

/* A channel that has to be called three times. */
static enum channel_status reluctant_shut(void *context, struct error *err)
{
	int *asked = context;

	(void)err;
	return ++*asked < 3 ? CHANNEL_WANT_WRITE : CHANNEL_DONE;
}

START_TEST(shutting_down_continues_until_it_is_done)
{
	static const struct channel_ops ops = {.shut = reluctant_shut, .close = trickle_close};
	int ends[2], asked = 0;
	struct stream *s;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	s = stream_make((struct channel){&ops, &asked, ends[0]}, 5);
	stream_shut(s);
	ck_assert_int_eq(asked, 3);
	stream_close(&s);
}
END_TEST

START_TEST(closing_the_stream_closes_the_socket)
{
	struct stream *s;
	int peer;
	char c;

	s = over_socket(&peer, 5);
	stream_close(&s);
	ck_assert_int_eq(read(peer, &c, 1), 0);
	close(peer);
}
END_TEST

START_TEST(tls_does_not_start_after_unread_bytes_in_the_clear)
{
	struct tls_options tls = {.trust = NULL, .name = "localhost"};
	struct error err;
	const char *bytes;
	size_t length;
	int peer;
	char c;
	struct stream *s = over_socket(&peer, 5);

	ck_assert_int_eq(write(peer, "+OK\r\n-ERR early\r\n", 17), 17);
	ck_assert(stream_read(s, &bytes, &length, &err));
	stream_consume(s, 5);
	ck_assert(!tls_start(s, &tls, NULL, &err));
	ck_assert_int_eq(err.kind, ERROR_TLS);
	ck_assert(!err.temporary);
	ck_assert_str_ne(err.hint, "");
	ck_assert(!stream_is_secure(s));
	stream_close(&s);
	ck_assert_int_le(recv(peer, &c, 1, 0), 0); /* the end of the connection, with no byte before it */
	close(peer);
}
END_TEST

/* A channel over another one. It opens in `steps` steps, and counts calls. */
struct layer {
	struct channel below;
	int steps;
	bool refused;
	size_t passed;
};

static enum channel_status layer_open(void *context, struct error *err)
{
	struct layer *l = context;

	if (l->steps-- > 0)
		return CHANNEL_WANT_WRITE;
	if (l->refused)
		error_set(err, ERROR_TLS, "refused");
	return l->refused ? CHANNEL_FAILED : CHANNEL_DONE;
}

static enum channel_status layer_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	struct layer *l = context;
	enum channel_status status = l->below.ops->receive(l->below.context, bytes, size, got, err);

	l->passed += *got;
	return status;
}

static void layer_close(void *context)
{
	struct layer *l = context;

	l->below.ops->close(l->below.context);
}

static const struct channel_ops layer_ops = {
    .secure = true, .open = layer_open, .receive = layer_receive, .close = layer_close};

START_TEST(a_channel_is_layered_over_another_and_opened_step_by_step)
{
	struct error err;
	struct layer inner = {.steps = 3}, outer = {.steps = 1};
	const char *bytes;
	size_t length;
	int peer;
	char c;
	struct stream *s = over_socket(&peer, 5);

	inner.below = stream_release(s);
	ck_assert(stream_carry(s, (struct channel){&layer_ops, &inner, inner.below.fd}, "opening", &err));
	ck_assert(stream_is_secure(s));
	outer.below = stream_release(s);
	ck_assert(!stream_is_secure(s));
	ck_assert(stream_carry(s, (struct channel){&layer_ops, &outer, outer.below.fd}, "opening", &err));
	ck_assert_int_eq(write(peer, "+OK\r\n", 5), 5);
	ck_assert(stream_read(s, &bytes, &length, &err));
	ck_assert_uint_eq(length, 5);
	ck_assert_uint_eq(inner.passed, 5);
	ck_assert_uint_eq(outer.passed, 5);
	stream_close(&s);
	ck_assert_int_eq(read(peer, &c, 1), 0); /* the socket below is closed */
	close(peer);
}
END_TEST

START_TEST(a_channel_that_does_not_open_does_not_make_the_stream_secure)
{
	struct error err;
	struct layer layer = {.refused = true};
	int peer;
	struct stream *s = over_socket(&peer, 5);

	layer.below = stream_release(s);
	ck_assert(!stream_carry(s, (struct channel){&layer_ops, &layer, layer.below.fd}, "opening", &err));
	ck_assert_int_eq(err.kind, ERROR_TLS);
	ck_assert(!stream_is_secure(s));
	stream_close(&s);
	close(peer);
}
END_TEST

START_TEST(a_stream_can_be_closed_after_its_channel_was_released)
{
	int peer;
	struct stream *s = over_socket(&peer, 5);
	struct channel channel = stream_release(s);

	stream_close(&s);
	ck_assert_int_eq(write(peer, "x", 1), 1); /* the socket is open */
	channel.ops->close(channel.context);
	close(peer);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stream");
	TCase *c = check_case(s, "stream");

	tcase_set_timeout(c, 30);
	tcase_add_loop_test(c, bytes_arrive_in_order_however_they_are_split, 0, 16);
	tcase_add_test(c, the_end_of_the_stream_is_an_error);
	tcase_add_test(c, written_bytes_are_sent_by_flush);
	tcase_add_loop_test(c, bytes_that_arrive_while_the_caller_is_busy_are_read_in_order, 0, 2);
	tcase_add_test(c, a_read_does_not_wait_for_all_expected_bytes);
	tcase_add_test(c, a_stream_that_reads_ahead_can_be_closed);
	tcase_add_test(c, a_stream_is_as_secure_as_its_channel);
	tcase_add_test(c, partial_writes_are_continued);
	tcase_add_test(c, a_write_waits_for_a_full_socket);
	tcase_add_test(c, a_silent_server_times_out);
	tcase_add_test(c, a_server_that_reads_nothing_times_out);
	tcase_add_test(c, all_waits_share_one_time_limit);
	tcase_add_test(c, restarting_the_clock_renews_the_time_limit);
	tcase_add_test(c, shutting_down_ends_the_stream_for_the_peer);
	tcase_add_test(c, shutting_down_continues_until_it_is_done);
	tcase_add_test(c, closing_the_stream_closes_the_socket);
	tcase_add_test(c, tls_does_not_start_after_unread_bytes_in_the_clear);
	tcase_add_test(c, a_channel_is_layered_over_another_and_opened_step_by_step);
	tcase_add_test(c, a_channel_that_does_not_open_does_not_make_the_stream_secure);
	tcase_add_test(c, a_stream_can_be_closed_after_its_channel_was_released);
	return check_main(s);
}
