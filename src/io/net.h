#ifndef MAILHAUL_IO_NET_H
#define MAILHAUL_IO_NET_H

#include <stdbool.h>

#include "io/deadline.h"

struct channel;
struct error;
struct log;
struct race_winner;

/*
 * Resolves host (a name or an IPv4 or IPv6 address) and connects to one of its addresses before the deadline, as
 * io/race does. *winner is the address that answered the last time, {0}: none; it is tried first, and the one that
 * answers now takes its place. On success *fd is a non-blocking, close-on-exec socket that belongs to the caller.
 * Facts: the times of both in milliseconds, each address and its failure.
 * Errors: ERROR_HOST (the name does not exist; temporary when the resolver had trouble) and
 * ERROR_NETWORK.
 */
bool net_connect(const char *host, unsigned port, deadline until, const struct log *log, struct race_winner *winner,
    int *fd, struct error *err);

/* A channel over a connected socket, which it closes in the end. */
struct channel net_channel(int fd);

/* Waits until fd is ready (POLLIN or POLLOUT in events). False with ERROR_NETWORK when time is up, or ERROR_INTERRUPTED. */
bool net_wait(int fd, short events, deadline until, const char *what, struct error *err);

/* Makes waiting for input last until that many octets have arrived; 1 is what it is without this. */
void net_gather(int fd, int octets);

#endif
