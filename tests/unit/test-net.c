#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "check_main.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/net.h"
#include "io/race.h"

static struct race_winner winner; /* for one case: each has a process of its own */

/* Opens a listening socket on the loopback address of that family, and sets its port. Returns -1 if there is none. */
static int listener(int family, int backlog, unsigned *port)
{
	struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
	socklen_t length = family == AF_INET ? sizeof(*v4) : sizeof(*v6);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (family == AF_INET)
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		v6->sin6_addr = in6addr_loopback;
	if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, backlog) != 0) {
		close(fd);
		return -1;
	}
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(family == AF_INET ? v4->sin_port : v6->sin6_port);
	return fd;
}

static void check_connects(const char *host, unsigned port, int server)
{
	struct error err;
	int fd, peer;
	char c;

	ck_assert_msg(net_connect(host, port, deadline_in(10), NULL, &winner, &fd, &err), "%s", err.cause);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	peer = accept(server, NULL, NULL);
	ck_assert_int_ge(peer, 0);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	ck_assert_int_eq(read(peer, &c, 1), 1);
	close(peer);
	close(fd);
	close(server);
}

START_TEST(connecting_to_an_ipv4_address_succeeds)
{
	unsigned port;
	int server = listener(AF_INET, 5, &port);

	ck_assert_int_ge(server, 0);
	check_connects("127.0.0.1", port, server);
}
END_TEST

START_TEST(connecting_to_an_ipv6_address_succeeds)
{
	unsigned port;
	int server = listener(AF_INET6, 5, &port);

	if (server >= 0) /* the machine may lack this family */
		check_connects("::1", port, server);
}
END_TEST

START_TEST(connecting_to_a_name_uses_an_address_that_answers)
{
	unsigned port;
	int server = listener(AF_INET, 5, &port);

	ck_assert_int_ge(server, 0);
	check_connects("localhost", port, server); /* ::1, if there is one, refuses */
}
END_TEST

START_TEST(a_refused_connection_is_a_temporary_network_error)
{
	struct error err;
	unsigned port;
	int server = listener(AF_INET, 5, &port), fd = 99;

	ck_assert_int_ge(server, 0);
	close(server);
	ck_assert(!net_connect("127.0.0.1", port, deadline_in(10), NULL, &winner, &fd, &err));
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(err.kind, ERROR_NETWORK);
	ck_assert(err.temporary);
	ck_assert_int_eq(err.saved_errno, ECONNREFUSED);
	ck_assert_ptr_ne(strstr(err.cause, "127.0.0.1 port "), NULL);
	ck_assert_ptr_ne(strstr(err.cause, strerror(ECONNREFUSED)), NULL);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(an_unknown_host_is_reported_by_name)
{
	struct error err;
	int fd = 99;

	setenv("RES_OPTIONS", "timeout:1 attempts:1", 1); /* for machines where no name server answers */
	ck_assert(!net_connect("nosuchhost.invalid", 995, deadline_in(10), NULL, &winner, &fd, &err));
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(err.kind, ERROR_HOST);
	ck_assert_ptr_ne(strstr(err.cause, "nosuchhost.invalid"), NULL);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(connecting_to_an_unresponsive_server_ends_at_the_deadline)
{
	struct error err;
	unsigned port;
	int server = listener(AF_INET, 0, &port), fd = -1, taken = 0;
	int64_t before, took;

	/* Nobody accepts, so further connections hang when the queue is full. */
	while (taken < 8 && net_connect("127.0.0.1", port, deadline_in(1), NULL, &winner, &fd, &err))
		taken++;
	ck_assert_int_ge(server, 0);
	ck_assert_int_lt(taken, 8);
	before = deadline_clock();
	ck_assert(!net_connect("127.0.0.1", port, deadline_in(1), NULL, &winner, &fd, &err));
	took = deadline_clock() - before;
	ck_assert_int_ge(took, 900);
	ck_assert_int_lt(took, 10000);
	ck_assert_int_eq(err.kind, ERROR_NETWORK);
	ck_assert(err.temporary);
	ck_assert_ptr_ne(strstr(err.cause, "timed out"), NULL);
}
END_TEST

static void keep_last(void *context, enum log_level level, const char *text)
{
	ck_assert_int_eq(level, LOG_VERBOSE);
	strncpy(context, text, 199);
}

START_TEST(the_verbose_log_contains_each_attempt)
{
	char last[200] = "";
	struct log log = {.level = LOG_VERBOSE, .write = keep_last, .context = last};
	struct error err;
	unsigned port;
	int server = listener(AF_INET, 5, &port), fd;

	close(server);
	ck_assert(!net_connect("127.0.0.1", port, deadline_in(10), &log, &winner, &fd, &err));
	ck_assert_ptr_ne(strstr(last, "127.0.0.1: no connection: "), NULL);
}
END_TEST

START_TEST(waiting_ends_at_the_deadline)
{
	struct error err;
	int ends[2];
	int64_t before = deadline_clock();

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert(net_wait(ends[0], POLLOUT, deadline_in(10), "room", &err));
	ck_assert(!net_wait(ends[0], POLLIN, deadline_in(0), "an answer", &err));
	ck_assert(!net_wait(ends[0], POLLIN, deadline_in(1), "an answer", &err));
	ck_assert_int_ge(deadline_clock() - before, 900);
	ck_assert_int_lt(deadline_clock() - before, 10000);
	ck_assert_int_eq(err.kind, ERROR_NETWORK);
	ck_assert_str_eq(err.cause, "timed out waiting for an answer");
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert(net_wait(ends[0], POLLIN, deadline_in(0), "an answer", &err));
}
END_TEST

START_TEST(a_socket_channel_transfers_bytes_in_the_clear)
{
	struct channel channel;
	struct error err;
	int ends[2];
	char c;
	size_t n = 0;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	channel = net_channel(ends[1]);
	ck_assert_int_eq(channel.fd, ends[1]);
	ck_assert_int_eq(channel.ops->receive(channel.context, &c, 1, &n, &err), CHANNEL_WANT_READ);
	ck_assert_int_eq(write(ends[0], "x", 1), 1);
	ck_assert_int_eq(channel.ops->receive(channel.context, &c, 1, &n, &err), CHANNEL_DONE);
	ck_assert_uint_eq(n, 1);
	ck_assert(!channel.ops->secure);
	channel.ops->close(channel.context);
	ck_assert_int_eq(fcntl(ends[1], F_GETFD), -1);
	close(ends[0]);
}
END_TEST

START_TEST(sending_to_a_closed_socket_fails_without_a_signal)
{
	struct channel channel;
	struct error err;
	int ends[2];
	size_t n;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	close(ends[1]);
	channel = net_channel(ends[0]);
	ck_assert_int_eq(channel.ops->send(channel.context, "x", 1, &n, &err), CHANNEL_FAILED);
	ck_assert_int_eq(err.kind, ERROR_NETWORK);
	ck_assert_int_eq(err.saved_errno, EPIPE);
	channel.ops->close(channel.context);
}
END_TEST

START_TEST(the_time_left_is_in_milliseconds_and_never_negative)
{
	int left = deadline_left(deadline_in(5));

	ck_assert_int_gt(left, 4000);
	ck_assert_int_le(left, 5000);
	ck_assert_int_eq(deadline_left(deadline_in(0)), 0);
	ck_assert_int_eq(deadline_left(deadline_in(-100)), 0);
	ck_assert_int_eq(deadline_left(deadline_in(INT64_C(100) * 366 * 86400)), INT_MAX);
	ck_assert_int_eq(deadline_left(INT64_MAX / 2), INT_MAX);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net");
	TCase *c = check_case(s, "net");

	tcase_set_timeout(c, 30);
	tcase_add_test(c, connecting_to_an_ipv4_address_succeeds);
	tcase_add_test(c, connecting_to_an_ipv6_address_succeeds);
	tcase_add_test(c, connecting_to_a_name_uses_an_address_that_answers);
	tcase_add_test(c, a_refused_connection_is_a_temporary_network_error);
	tcase_add_test(c, an_unknown_host_is_reported_by_name);
	tcase_add_test(c, connecting_to_an_unresponsive_server_ends_at_the_deadline);
	tcase_add_test(c, the_verbose_log_contains_each_attempt);
	tcase_add_test(c, waiting_ends_at_the_deadline);
	tcase_add_test(c, a_socket_channel_transfers_bytes_in_the_clear);
	tcase_add_test(c, sending_to_a_closed_socket_fails_without_a_signal);
	c = check_case(s, "deadline");
	tcase_add_test(c, the_time_left_is_in_milliseconds_and_never_negative);
	return check_main(s);
}
