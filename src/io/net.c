#include "config.h"

#include "io/net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

bool net_wait(int fd, short events, deadline until, const char *what, struct error *err)
{
	struct pollfd p = {.fd = fd, .events = events};

	switch (interrupt_poll(&p, 1, until)) {
	case WAIT_READY:
		return true;
	case WAIT_INTERRUPTED:
		return interrupt_error(err);
	case WAIT_TIME_OVER:
		return error_set(err, ERROR_NETWORK, "time ran out waiting for %s", what);
	default:
		return error_errno(err, ERROR_NETWORK, errno, "waiting for %s failed", what);
	}
}

void net_gather(int fd, int octets)
{
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &octets, sizeof(octets));
}

static bool connect_one(const struct addrinfo *address, deadline until, int *fd, struct error *err)
{
	int on = 1, failure = 0;
	socklen_t length = sizeof(failure);

	*fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
	if (*fd < 0)
		return error_errno(err, ERROR_NETWORK, errno, "no socket could be made");
	/* Commands are gathered before they are sent; waiting for more would only cost time. */
	(void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(*fd, address->ai_addr, address->ai_addrlen) == 0)
		return true;
	failure = errno;
	if (failure == EINPROGRESS) {
		if (!net_wait(*fd, POLLOUT, until, "the server to accept the connection", err))
			goto fail;
		if (getsockopt(*fd, SOL_SOCKET, SO_ERROR, &failure, &length) != 0)
			failure = errno;
		if (failure == 0)
			return true;
	}
	error_errno(err, ERROR_NETWORK, failure, "no connection");
fail:
	close(*fd);
	*fd = -1;
	return false;
}

static bool resolve(const char *host, unsigned port, struct addrinfo **found, struct error *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC, .ai_flags = AI_ADDRCONFIG};
	char service[16];
	int code;

	snprintf(service, sizeof(service), "%u", port);
	/* Nothing but a signal gets us out of there. */
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
	if (code == EAI_SYSTEM)
		error_errno(err, ERROR_HOST, errno, "the host name %s could not be looked up", host);
	else
		error_set(err, ERROR_HOST, "the host name %s could not be looked up: %s", host, gai_strerror(code));
	err->temporary = code == EAI_AGAIN || code == EAI_MEMORY || code == EAI_SYSTEM;
	if (err->temporary)
		return error_mend(err, "check the network and its name servers; the next run tries again");
	return error_mend(err, "check the spelling of server in the configuration");
}

bool net_connect(const char *host, unsigned port, deadline until, const struct log *log, int *fd, struct error *err)
{
	struct addrinfo *found = NULL;
	int left = 0;
	bool ok = false;
	struct error last;
	int64_t start = deadline_clock();

	*fd = -1;
	if (!resolve(host, port, &found, err))
		return false;
	log_number(log, "times.resolve", deadline_clock() - start);
	start = deadline_clock();
	for (const struct addrinfo *a = found; a; a = a->ai_next)
		left++;
	error_set(&last, ERROR_NETWORK, "the host has no address");
	for (const struct addrinfo *a = found; a && last.kind != ERROR_INTERRUPTED; a = a->ai_next, left--) {
		char text[NI_MAXHOST] = "?";

		getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
		log_line(log, LOG_VERBOSE, "connecting to %s port %u", text, port);
		log_fact(log, "address.tried", "%s", text);
		ok = connect_one(a, deadline_clock() + deadline_left(until) / left, fd, &last);
		if (ok)
			break;
		log_line(log, LOG_VERBOSE, "%s: %s", text, last.cause);
		log_fact(log, "address.failure", "%s", last.cause);
	}
	freeaddrinfo(found);
	if (ok) {
		log_number(log, "times.connect", deadline_clock() - start);
		return true;
	}
	if (last.kind == ERROR_INTERRUPTED)
		return interrupt_error(err);
	error_set(err, ERROR_NETWORK, "%s port %u: %s", host, port, last.cause);
	err->saved_errno = last.saved_errno;
	return error_mend(err, "check server and port, and that this machine is online; the next run tries again");
}

struct net_socket {
	int fd;
};

void *net_context(int fd)
{
	struct net_socket *s = memory_zeroed(1, sizeof(*s));

	s->fd = fd;
	return s;
}

int net_release(void *context)
{
	struct net_socket *s = context;
	int fd = s->fd;

	free(s);
	return fd;
}

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

	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

const struct channel net_channel = {
    .receive = net_receive,
    .send = net_send,
    .shut = net_shut,
    .close = net_close,
};
