#ifndef MAILHAUL_IO_RACE_H
#define MAILHAUL_IO_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "io/deadline.h"

struct addrinfo;
struct error;
struct log;

/* An address that has answered, for the next connection to the same server. {0}: none has. */
struct race_winner {
	struct sockaddr_storage address;
	socklen_t length;
};

enum { RACE_MOST = 16 }; /* addresses of a server that are tried */

/*
 * Puts the addresses of a list into the order in which they are tried (RFC 8305, 4.): the earlier winner, if it is still
 * among them; then families in turn, beginning with the first one of the list, each in the order of the list. Returns
 * how many there are, RACE_MOST at most.
 */
size_t race_order(const struct addrinfo *found, const struct race_winner *before, const struct addrinfo *order[RACE_MOST]);

/*
 * Connects to the first of these addresses that answers (RFC 8305, 5.): each gets a quarter of a second before the next
 * one is tried as well, less if it fails. On success *fd is a non-blocking, close-on-exec socket of the caller's, and
 * *winner its address. Facts: each address when it is known what became of it, the one that answered last. Errors:
 * ERROR_NETWORK, the last of the failures, and ERROR_INTERRUPTED.
 */
bool race_run(const struct addrinfo *const *order, size_t count, deadline until, const struct log *log,
    struct race_winner *winner, int *fd, struct error *err);

#endif
