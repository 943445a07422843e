#ifndef MAILHAUL_TLS_DANE_H
#define MAILHAUL_TLS_DANE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/deadline.h"

struct error;

/* What DNS says of a server's certificate (RFC 6698, 2.1). Numbers may have values that nobody knows. */
struct dane_record {
	unsigned usage, selector, matching;
	unsigned char *data;
	size_t length;
};

/* The TLSA records of a service, each of them signed; one at least. */
struct dane {
	struct dane_record *records;
	size_t count;
	void *answer; /* what they stand in */
};

/* The version of the library that runs, for --version; NULL: this build cannot look up anything. */
const char *dane_library_version(void);

/*
 * Looks the records up for TCP at that port of a host (in ASCII), by the resolvers of the system, and checks
 * their signatures up to the root. The caller frees *out. ERROR_TLS when there is none, when the domain is not
 * signed, or when signatures are wrong; ERROR_NETWORK when nobody answers in time; ERROR_CONFIG when this
 * system does not have the root's key.
 */
bool dane_look_up(struct dane **out, const char *host, unsigned port, deadline until, struct error *err);

/* NULL is accepted; sets *dane to NULL. */
void dane_free(struct dane **dane);

#endif
