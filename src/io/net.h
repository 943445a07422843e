#ifndef MAILHAUL_IO_NET_H
#define MAILHAUL_IO_NET_H

#include <stdbool.h>

#include "io/deadline.h"

struct channel;
struct error;
struct log;
struct race_winner;

/*
 * Resolves a host (a name or an IPv4 or IPv6 address) and connects to one of its addresses before the deadline, as
 * described in io/race. *winner is the address that answered the last time, or {0}. It is tried first, and the
 * address that answers replaces it. On success *fd is a non-blocking, close-on-exec socket that the caller owns.
 * Facts: the times for resolving and connecting in milliseconds, and each address with its failure. Errors:
 * ERROR_HOST if the name cannot be resolved (temporary if the resolver had a problem), ERROR_NETWORK, and
 * ERROR_INTERRUPTED.
 */
bool net_connect(const char *host, unsigned port, deadline until, const struct log *log, struct race_winner *winner,
    int *fd, struct error *err);

/* Returns a channel over a connected socket. Closing the channel closes the socket. */
struct channel net_channel(int fd);

/*
 * Waits until fd is ready for `events` (POLLIN or POLLOUT). `what` names the event in errors. Returns false with
 * ERROR_NETWORK after the deadline, or with ERROR_INTERRUPTED.
 */
bool net_wait(int fd, short events, deadline until, const char *what, struct error *err);

/* Sets how many bytes must arrive before a wait for input ends. The default is 1. */
void net_gather(int fd, int octets);

#endif
