#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "check_main.h"
#include "io/race.h"

/* A list of addresses, as getaddrinfo returns it. */
struct addresses {
	struct addrinfo list[40];
	struct sockaddr_storage storage[40];
	size_t count;
};

static void add(struct addresses *a, const char *text, unsigned port)
{
	struct addrinfo *one = &a->list[a->count];
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a->storage[a->count];
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->storage[a->count];
	bool is_v6 = strchr(text, ':') != NULL;

	*one = (struct addrinfo){.ai_family = is_v6 ? AF_INET6 : AF_INET,
	    .ai_socktype = SOCK_STREAM,
	    .ai_addr = (struct sockaddr *)&a->storage[a->count],
	    .ai_addrlen = is_v6 ? sizeof(*v6) : sizeof(*v4)};
	a->storage[a->count].ss_family = (sa_family_t)one->ai_family;
	ck_assert_int_eq(inet_pton(one->ai_family, text, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr), 1);
	if (is_v6)
		v6->sin6_port = htons((uint16_t)port);
	else
		v4->sin_port = htons((uint16_t)port);
	if (a->count > 0)
		a->list[a->count - 1].ai_next = one;
	a->count++;
}

static void add_all(struct addresses *a, const char *words)
{
	char text[64];
	int used;

	while (sscanf(words, "%63s%n", text, &used) == 1) {
		add(a, text, 995);
		words += used;
	}
}

/* Families alternate, beginning with that of the first address. Within each family the resolver's order is kept. */
static const struct {
	const char *found, *before, *order;
} orders[] = {
    {"", "", ""},
    {"192.0.2.1", "", "192.0.2.1 "},
    {"192.0.2.1 192.0.2.2", "", "192.0.2.1 192.0.2.2 "},
    {"2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2", "", "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2 "},
    {"192.0.2.1 192.0.2.2 2001:db8::1", "", "192.0.2.1 2001:db8::1 192.0.2.2 "},
    {"2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1", "", "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3 "},
    {"2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3", "", "2001:db8::1 192.0.2.1 192.0.2.2 192.0.2.3 "},
    /* The address that answered last time comes first, if it is still listed. */
    {"2001:db8::1 2001:db8::2 192.0.2.1 192.0.2.2", "192.0.2.2", "192.0.2.2 2001:db8::1 192.0.2.1 2001:db8::2 "},
    {"2001:db8::1 192.0.2.1", "192.0.2.1", "192.0.2.1 2001:db8::1 "},
    {"2001:db8::1 192.0.2.1", "2001:db8::1", "2001:db8::1 192.0.2.1 "},
    {"2001:db8::1 192.0.2.1", "192.0.2.9", "2001:db8::1 192.0.2.1 "},
    {"192.0.2.1", "192.0.2.1", "192.0.2.1 "},
};

START_TEST(address_families_alternate_after_the_previous_winner)
{
	struct addresses found = {0}, before = {0};
	struct race_winner winner = {0};
	const struct addrinfo *order[RACE_MOST];
	struct buf got = {0};
	size_t count;

	add_all(&found, orders[_i].found);
	if (*orders[_i].before) {
		add(&before, orders[_i].before, 995);
		memcpy(&winner.address, before.list[0].ai_addr, before.list[0].ai_addrlen);
		winner.length = before.list[0].ai_addrlen;
	}
	count = race_order(found.count > 0 ? found.list : NULL, &winner, order);
	for (size_t i = 0; i < count; i++) {
		char text[NI_MAXHOST];

		ck_assert_int_eq(
		    getnameinfo(order[i]->ai_addr, order[i]->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST),
		    0);
		buf_append_format(&got, "%s ", text);
	}
	ck_assert_str_eq(buf_string(&got), orders[_i].order);
	buf_free(&got);
}
END_TEST

START_TEST(only_a_limited_number_of_addresses_is_tried)
{
	struct addresses found = {0};
	struct race_winner winner = {0};
	const struct addrinfo *order[RACE_MOST];

	for (unsigned i = 0; i < 40; i++)
		add(&found, i < 30 ? "2001:db8::1" : "192.0.2.1", 1000 + i);
	ck_assert_uint_eq(race_order(found.list, &winner, order), RACE_MOST);
	ck_assert_int_eq(order[1]->ai_family, AF_INET);
}
END_TEST

/* Opens a listening socket on a loopback address. If `full`, its queue accepts no connections. */
static int listener(const char *address, bool full, unsigned *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
	socklen_t length = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(inet_pton(AF_INET, address, &a.sin_addr), 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fd, full ? 0 : 8), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &length), 0);
	*port = ntohs(a.sin_port);
	/* Nobody accepts, so further connections hang when the queue is full. */
	for (int i = 0; full && i < 4; i++) {
		int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		ck_assert(connect(filler, (struct sockaddr *)&a, sizeof(a)) == 0 || errno == EINPROGRESS);
	}
	return fd;
}

static void record_fact(void *context, const char *name, const char *text, int64_t number)
{
	(void)number;
	buf_append_format(context, "%s %s\n", name, text);
}

/*
 * Connects to the addresses with a limit of an hour: waiting for one that does not answer would exceed the test's
 * time.
 */
static bool run(struct addresses *a, struct race_winner *winner, struct buf *facts, int *fd, struct error *err)
{
	const struct addrinfo *order[RACE_MOST];
	struct log log = {.fact = record_fact, .context = facts};

	return race_run(order, race_order(a->list, winner, order), deadline_in(3600), &log, winner, fd, err);
}

static unsigned port_of(int fd)
{
	struct sockaddr_in a;
	socklen_t length = sizeof(a);

	ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&a, &length), 0);
	return ntohs(a.sin_port);
}

START_TEST(a_silent_address_delays_only_the_first_connection)
{
	unsigned silent_port = 0, port = 0;
	int silent = listener("127.0.0.1", true, &silent_port), server = listener("127.0.0.2", false, &port), fd = -1;
	struct addresses a = {0};
	struct race_winner winner = {0};
	struct buf facts = {0};
	struct error err;

	add(&a, "127.0.0.1", silent_port);
	add(&a, "127.0.0.2", port);
	ck_assert_msg(run(&a, &winner, &facts, &fd, &err), "%s", err.cause);
	ck_assert_uint_eq(port_of(fd), port);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_str_eq(buf_string(&facts),
	    "address.tried 127.0.0.1\n"
	    "address.failure not connected before another address answered\naddress.tried 127.0.0.2\n");
	buf_clear(&facts);
	ck_assert_msg(run(&a, &winner, &facts, &fd, &err), "%s", err.cause);
	ck_assert_str_eq(buf_string(&facts), "address.tried 127.0.0.2\n");
	buf_free(&facts);
	close(silent);
	close(server);
}
END_TEST

START_TEST(a_refusing_address_is_reported_and_the_next_one_is_tried)
{
	unsigned shut_port = 0, port = 0;
	int shut = listener("127.0.0.1", false, &shut_port), server = listener("127.0.0.2", false, &port), fd = -1;
	struct addresses a = {0};
	struct race_winner winner = {0};
	struct buf facts = {0};
	struct error err;

	close(shut);
	add(&a, "127.0.0.1", shut_port);
	add(&a, "127.0.0.2", port);
	ck_assert_msg(run(&a, &winner, &facts, &fd, &err), "%s", err.cause);
	ck_assert_str_eq(buf_string(&facts),
	    "address.tried 127.0.0.1\naddress.failure no connection: Connection refused\n"
	    "address.tried 127.0.0.2\n");
	close(server);
	buf_clear(&facts);
	ck_assert(!run(&a, &winner, &facts, &fd, &err)); /* the previous winner comes first, but it is closed now */
	ck_assert_int_eq(err.saved_errno, ECONNREFUSED);
	ck_assert_ptr_eq(strstr(buf_string(&facts), "address.tried 127.0.0.2\n"), buf_string(&facts));
	buf_free(&facts);
}
END_TEST

START_TEST(the_race_leaves_no_other_socket_open)
{
	unsigned ports[3] = {0, 0, 0};
	int fd = -1, highest;
	struct addresses a = {0};
	struct race_winner winner = {0};
	struct buf facts = {0};
	struct error err;

	listener("127.0.0.1", true, &ports[0]);
	listener("127.0.0.2", true, &ports[1]);
	highest = listener("127.0.0.3", false, &ports[2]);
	add(&a, "127.0.0.1", ports[0]);
	add(&a, "127.0.0.2", ports[1]);
	add(&a, "127.0.0.3", ports[2]);
	ck_assert_msg(run(&a, &winner, &facts, &fd, &err), "%s", err.cause);
	for (int other = highest + 1; other < highest + 20; other++)
		ck_assert(other == fd || fcntl(other, F_GETFD) == -1);
	buf_free(&facts);
}
END_TEST

START_TEST(silent_addresses_share_one_deadline)
{
	unsigned ports[2] = {0, 0};
	const struct addrinfo *order[RACE_MOST];
	struct addresses a = {0};
	struct race_winner winner = {0};
	int64_t before;
	int fd = -1;
	struct error err;

	listener("127.0.0.1", true, &ports[0]);
	listener("127.0.0.2", true, &ports[1]);
	add(&a, "127.0.0.1", ports[0]);
	add(&a, "127.0.0.2", ports[1]);
	before = deadline_clock();
	ck_assert(!race_run(order, race_order(a.list, &winner, order), deadline_in(1), NULL, &winner, &fd, &err));
	ck_assert_int_ge(deadline_clock() - before, 900);
	ck_assert_int_eq(err.kind, ERROR_NETWORK);
	ck_assert_ptr_nonnull(strstr(err.cause, "timed out"));
	ck_assert_int_eq(fd, -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("race");
	TCase *c = check_case(s, "race");

	tcase_set_timeout(c, 60);
	LOOP_OVER(c, address_families_alternate_after_the_previous_winner, orders);
	tcase_add_test(c, only_a_limited_number_of_addresses_is_tried);
	tcase_add_test(c, a_silent_address_delays_only_the_first_connection);
	tcase_add_test(c, a_refusing_address_is_reported_and_the_next_one_is_tried);
	tcase_add_test(c, the_race_leaves_no_other_socket_open);
	tcase_add_test(c, silent_addresses_share_one_deadline);
	return check_main(s);
}
