#ifndef MAILHAUL_CONFIG_WARNINGS_H
#define MAILHAUL_CONFIG_WARNINGS_H

#include <stddef.h>

struct account;
struct problems;

/*
 * Adds what is probably wrong with valid accounts: ports that do not suit the protocol or tls, and accounts that fetch
 * the same mail to the same place.
 */
void warnings_find(struct account *const *accounts, size_t count, struct problems *warnings);

#endif
