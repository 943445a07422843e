#ifndef MAILHAUL_IO_TLS_H
#define MAILHAUL_IO_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "io/channel.h"

struct error;
struct tls;
struct tls_trust;

/*
 * The certificates that are believed: those of the PEM file ca_file, or the system's when it is
 * NULL. Loaded once, used by any number of connections, also across fork. The caller frees it.
 * ERROR_TLS when there is none, ERROR_CONFIG when ca_file cannot be read.
 */
bool tls_trust_load(struct tls_trust **out, const char *ca_file, struct error *err);
void tls_trust_free(struct tls_trust **trust);

/*
 * Prepares a client's TLS over a connected non-blocking socket, which it then owns (also when it
 * fails). host is what the certificate must be for; it is sent as SNI unless it is an address. TLS
 * 1.2 is the least. trust must outlive it.
 */
bool tls_make(struct tls **out, int fd, const struct tls_trust *trust, const char *host, struct error *err);

/*
 * One step of the handshake, which includes the check of the certificate: CHANNEL_DONE means that
 * both are finished and good, and no byte of the application was sent before.
 */
enum channel_status tls_handshake(struct tls *t, struct error *err);

/* Version and cipher suite in words, for the log. */
void tls_describe(const struct tls *t, char *out, size_t size);

/* The version of the library that runs, for --version. */
const char *tls_library_version(void);

/* The functions of an established connection; its context is the struct tls. */
extern const struct channel tls_channel;

#endif
