#ifndef MAILHAUL_TLS_DANE_H
#define MAILHAUL_TLS_DANE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/deadline.h"

struct error;

/* A TLSA record of a server (RFC 6698, section 2.1). The numbers may have unassigned values. */
struct dane_record {
	unsigned usage, selector, matching;
	unsigned char *data;
	size_t length;
};

/* The TLSA records of a service, all of them signed. There is at least one. */
struct dane {
	struct dane_record *records;
	size_t count;
	void *answer; /* the DNS reply that holds their data */
};

/* Returns the version of libunbound in use, for --version. Returns NULL in a build without DANE. */
const char *dane_library_version(void);

/*
 * Looks up the TLSA records for a TCP port of a host (in ASCII) with the system's resolvers, and verifies their
 * signatures up to the root. The caller frees *out. Sets ERROR_TLS if there is no record, the domain is not signed,
 * or a signature is invalid. Sets ERROR_NETWORK if no resolver answers in time, and ERROR_CONFIG if the system has no
 * key of the root.
 */
bool dane_look_up(struct dane **out, const char *host, unsigned port, deadline until, struct error *err);

/* Frees *dane and sets it to NULL; *dane may be NULL. */
void dane_free(struct dane **dane);

#endif
