#ifndef MAILHAUL_IO_RACE_H
#define MAILHAUL_IO_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "io/deadline.h"

struct addrinfo;
struct error;
struct log;

/* The address that answered, for the next connection to the same server. {0} if no address has answered. */
struct race_winner {
	struct sockaddr_storage address;
	socklen_t length;
};

enum { RACE_MOST = 16 }; /* maximum number of addresses of a server that are tried */

/*
 * Sorts addresses into the order in which they are tried (RFC 8305, section 4). The previous winner comes first if it
 * is still in the list. Then the address families alternate, starting with the family of the first address and
 * keeping the order of the list. Returns the number of addresses, at most RACE_MOST.
 */
size_t race_order(const struct addrinfo *found, const struct race_winner *before,
    const struct addrinfo *order[RACE_MOST]);

/*
 * Connects to the first of these addresses that answers (RFC 8305, section 5). Each address gets 250 ms before the
 * next one is tried in parallel, or less if it fails earlier. On success *fd is a non-blocking, close-on-exec socket
 * that the caller owns, and *winner is its address. Facts: each address when its outcome is known; the address that
 * answered comes last. Errors: ERROR_NETWORK with the last failure, and ERROR_INTERRUPTED.
 */
bool race_run(const struct addrinfo *const *order, size_t count, deadline until, const struct log *log,
    struct race_winner *winner, int *fd, struct error *err);

#endif
