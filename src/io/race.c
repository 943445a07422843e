#include "config.h"

#include "io/race.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "io/interrupt.h"

enum { DELAY_MS = 250 }; /* the Connection Attempt Delay recommended by RFC 8305, section 8 */

struct race {
	const struct log *log;
	const struct addrinfo *attempts[RACE_MOST]; /* the attempts in progress */
	struct pollfd fds[RACE_MOST];		    /* the socket of each attempt */
	unsigned running;
};

static bool is_same(const struct addrinfo *a, const struct race_winner *w)
{
	return a->ai_addrlen == w->length && memcmp(a->ai_addr, &w->address, w->length) == 0;
}

/*
 * Returns the next address of the family, or with `others` of any other family, and advances *at. Returns NULL at the
 * end.
 */
static const struct addrinfo *next_of(const struct addrinfo **at, int family, bool others,
    const struct race_winner *before)
{
	while (*at) {
		const struct addrinfo *a = *at;

		*at = a->ai_next;
		if ((a->ai_family == family) != others && !is_same(a, before))
			return a;
	}
	return NULL;
}

size_t race_order(const struct addrinfo *found, const struct race_winner *before,
    const struct addrinfo *order[RACE_MOST])
{
	const struct addrinfo *first = found, *second = found;
	int family = found ? found->ai_family : AF_UNSPEC;
	size_t count = 0;

	for (const struct addrinfo *a = found; a && count == 0; a = a->ai_next) {
		if (is_same(a, before))
			order[count++] = a;
	}
	for (bool others = false; (first || second) && count < RACE_MOST; others = !others) {
		const struct addrinfo *a = next_of(others ? &second : &first, family, others, before);

		if (a)
			order[count++] = a;
	}
	return count;
}

static void name_of(const struct addrinfo *a, char text[NI_MAXHOST])
{
	if (getnameinfo(a->ai_addr, a->ai_addrlen, text, NI_MAXHOST, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(text, NI_MAXHOST, "?");
}

static void report_failure(const struct race *r, const struct addrinfo *a, const char *cause)
{
	char text[NI_MAXHOST];

	name_of(a, text);
	log_line(r->log, LOG_VERBOSE, "%s: %s", text, cause);
	log_fact(r->log, "address.tried", "%s", text);
	log_fact(r->log, "address.failure", "%s", cause);
}

static void drop(struct race *r, unsigned i)
{
	close(r->fds[i].fd);
	r->running--;
	r->attempts[i] = r->attempts[r->running];
	r->fds[i] = r->fds[r->running];
}

/* Starts to connect. An immediate failure is logged and starts no attempt. */
static bool begin(struct race *r, const struct addrinfo *a, struct error *err)
{
	char text[NI_MAXHOST], service[NI_MAXSERV] = "?";
	int on = 1, fd;

	name_of(a, text);
	(void)getnameinfo(a->ai_addr, a->ai_addrlen, NULL, 0, service, sizeof(service), NI_NUMERICSERV);
	log_line(r->log, LOG_VERBOSE, "connecting to %s port %s", text, service);
	fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (fd < 0) {
		error_errno(err, ERROR_NETWORK, errno, "cannot create a socket");
		report_failure(r, a, err->cause);
		return false;
	}
	/* mailhaul already sends commands in batches, so waiting for more data would only cost time. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS) {
		error_errno(err, ERROR_NETWORK, errno, "no connection");
		report_failure(r, a, err->cause);
		close(fd);
		return false;
	}
	r->attempts[r->running] = a;
	r->fds[r->running++] = (struct pollfd){.fd = fd, .events = POLLOUT};
	return true;
}

/*
 * Checks the attempts in progress and drops failed ones. Returns the index of a connected attempt, or `running` if
 * there is none.
 */
static unsigned find_connected(struct race *r, struct error *err)
{
	unsigned i = 0;

	while (i < r->running) {
		int failure = 0;
		socklen_t length = sizeof(failure);

		if (r->fds[i].revents == 0) {
			i++;
			continue;
		}
		if (getsockopt(r->fds[i].fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0)
			failure = errno;
		if (failure == 0)
			return i;
		error_errno(err, ERROR_NETWORK, failure, "no connection");
		report_failure(r, r->attempts[i], err->cause);
		drop(r, i);
	}
	return r->running;
}

/* Takes the connected attempt and ends the others. Their cause differs from a failure because they were only slower. */
static void win(struct race *r, unsigned i, struct race_winner *winner, int *fd)
{
	const struct addrinfo *a = r->attempts[i];
	char text[NI_MAXHOST];

	*fd = r->fds[i].fd;
	for (unsigned other = 0; other < r->running; other++) {
		if (other == i)
			continue;
		report_failure(r, r->attempts[other], "not connected before another address answered");
		close(r->fds[other].fd);
	}
	r->running = 0;
	name_of(a, text);
	log_fact(r->log, "address.tried", "%s", text);
	memset(winner, 0, sizeof(*winner));
	memcpy(&winner->address, a->ai_addr, a->ai_addrlen);
	winner->length = a->ai_addrlen;
}

static bool give_up(struct race *r, const struct error *err)
{
	while (r->running > 0) {
		report_failure(r, r->attempts[0], err->cause);
		drop(r, 0);
	}
	return false;
}

/* Waits until an attempt has a result or `until` is reached. Returns false with *err set if the run must end. */
static bool wait_for(struct race *r, deadline until, struct error *err)
{
	for (unsigned i = 0; i < r->running; i++)
		r->fds[i].revents = 0;
	switch (interrupt_poll(r->fds, r->running, until)) {
	case WAIT_INTERRUPTED:
		return interrupt_error(err);
	case WAIT_FAILED:
		return error_errno(err, ERROR_NETWORK, errno, "waiting for the server to accept the connection failed");
	default:
		return true;
	}
}

bool race_run(const struct addrinfo *const *order, size_t count, deadline until, const struct log *log,
    struct race_winner *winner, int *fd, struct error *err)
{
	struct race r = {.log = log};
	deadline turn = 0; /* when to try the next address; a failure makes it immediate */
	size_t next = 0;

	error_set(err, ERROR_NETWORK, "the host has no address");
	while (r.running > 0 || next < count) {
		unsigned running, found;

		if (next < count && (r.running == 0 || deadline_left(turn) == 0)) {
			turn = begin(&r, order[next++], err) ? deadline_clock() + DELAY_MS : 0;
			continue;
		}
		if (!wait_for(&r, next < count && turn < until ? turn : until, err))
			return give_up(&r, err);
		running = r.running;
		found = find_connected(&r, err);
		if (found < r.running) {
			win(&r, found, winner, fd);
			return true;
		}
		if (r.running < running)
			turn = 0;
		if (r.running > 0 && deadline_left(until) == 0) {
			error_set(err, ERROR_NETWORK, "timed out waiting for the server to accept the connection");
			return give_up(&r, err);
		}
	}
	return false;
}
