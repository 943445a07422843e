#include "config.h"

#include "io/net.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/channel.h"
#include "io/interrupt.h"
#include "io/race.h"

bool net_wait(int fd, short events, deadline until, const char *what, struct error *err)
{
	struct pollfd p = {.fd = fd, .events = events};

	switch (interrupt_poll(&p, 1, until)) {
	case WAIT_READY:
		return true;
	case WAIT_INTERRUPTED:
		return interrupt_error(err);
	case WAIT_TIME_OVER:
		return error_set(err, ERROR_NETWORK, "timed out waiting for %s", what);
	default:
		return error_errno(err, ERROR_NETWORK, errno, "waiting for %s failed", what);
	}
}

void net_gather(int fd, int octets)
{
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &octets, sizeof(octets));
}

/*
 * Returns whether a lookup may have failed because of a lack of descriptors, which the resolver reports as an unknown
 * name.
 */
static bool lacks_descriptors(void)
{
	enum { NEEDED = 3 };
	int fds[NEEDED], count = 0;
	bool lacks = false;

	while (count < NEEDED && !lacks) {
		fds[count] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		lacks = fds[count] < 0 && errno == EMFILE;
		if (fds[count] < 0)
			break;
		count++;
	}
	while (count > 0)
		close(fds[--count]);
	return lacks;
}

static bool resolve(const char *host, unsigned port, struct addrinfo **found, struct error *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC, .ai_flags = AI_ADDRCONFIG};
	char service[16];
	int code, failure;

	snprintf(service, sizeof(service), "%u", port);
	/* Only a signal can interrupt getaddrinfo. */
	interrupt_expose(true);
	code = interrupt_came() ? EAI_AGAIN : getaddrinfo(host, service, &hints, found);
	if (code != 0 && code != EAI_AGAIN) {
		/* AI_ADDRCONFIG hides loopback addresses on a machine without a network. */
		hints.ai_flags = 0;
		code = getaddrinfo(host, service, &hints, found);
	}
	interrupt_expose(false);
	if (interrupt_noted())
		return interrupt_error(err);
	if (code == 0)
		return true;
	failure = errno;
	if (lacks_descriptors())
		return error_errno(err, ERROR_HOST, EMFILE, "the host name %s cannot be resolved", host);
	if (code == EAI_SYSTEM)
		error_errno(err, ERROR_HOST, failure, "the host name %s cannot be resolved", host);
	else
		error_set(err, ERROR_HOST, "the host name %s cannot be resolved: %s", host, gai_strerror(code));
	err->temporary = code == EAI_AGAIN || code == EAI_MEMORY || code == EAI_SYSTEM;
	if (err->temporary)
		return error_hint(err, "check the network and its name servers; the next run tries again");
	return error_hint(err, "check the spelling of server in the configuration");
}

bool net_connect(const char *host, unsigned port, deadline until, const struct log *log, struct race_winner *winner,
    int *fd, struct error *err)
{
	const struct addrinfo *order[RACE_MOST];
	struct addrinfo *found = NULL;
	struct error last;
	int64_t start = deadline_clock();
	bool ok;

	*fd = -1;
	if (!resolve(host, port, &found, err))
		return false;
	log_number(log, "times.resolve", deadline_clock() - start);
	start = deadline_clock();
	ok = race_run(order, race_order(found, winner, order), until, log, winner, fd, &last);
	freeaddrinfo(found);
	if (ok) {
		log_number(log, "times.connect", deadline_clock() - start);
		return true;
	}
	if (last.kind == ERROR_INTERRUPTED)
		return interrupt_error(err);
	error_set(err, ERROR_NETWORK, "%s port %u: %s", host, port, last.cause);
	err->saved_errno = last.saved_errno;
	return error_hint(err, "check server and port, and that this machine is online; the next run tries again");
}

struct net_socket {
	int fd;
};

static enum channel_status net_receive(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	const struct net_socket *s = context;
	ssize_t n = recv(s->fd, bytes, size, 0);

	if (n > 0) {
		*got = (size_t)n;
		return CHANNEL_DONE;
	}
	if (n == 0)
		return CHANNEL_END;
	if (errno == EAGAIN || errno == EINTR)
		return CHANNEL_WANT_READ;
	error_errno(err, ERROR_NETWORK, errno, "the connection was lost");
	return CHANNEL_FAILED;
}

static enum channel_status net_send(void *context, const void *bytes, size_t size, size_t *sent, struct error *err)
{
	const struct net_socket *s = context;
	ssize_t n = send(s->fd, bytes, size, MSG_NOSIGNAL);

	if (n >= 0) {
		*sent = (size_t)n;
		return CHANNEL_DONE;
	}
	if (errno == EAGAIN || errno == EINTR)
		return CHANNEL_WANT_WRITE;
	error_errno(err, ERROR_NETWORK, errno, "the connection was lost");
	return CHANNEL_FAILED;
}

static enum channel_status net_shut(void *context, struct error *err)
{
	const struct net_socket *s = context;

	(void)err;
	(void)shutdown(s->fd, SHUT_WR);
	return CHANNEL_DONE;
}

static void net_close(void *context)
{
	struct net_socket *s = context;

	close(s->fd);
	free(s);
}

struct channel net_channel(int fd)
{
	static const struct channel_ops ops = {
	    .receive = net_receive,
	    .send = net_send,
	    .shut = net_shut,
	    .close = net_close,
	};
	struct net_socket *s = memory_zeroed(1, sizeof(*s));

	s->fd = fd;
	return (struct channel){.ops = &ops, .context = s, .fd = fd};
}
