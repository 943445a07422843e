#ifndef MAILHAUL_CONFIG_HOST_H
#define MAILHAUL_CONFIG_HOST_H

#include <stdbool.h>

struct error;

/*
 * Checks a host name or address, the value of `option`. Refuses one that contains a port, brackets or the parts of a
 * URL, and says what to write instead (ERROR_CONFIG). A URL may contain a password, so nothing of it is repeated if
 * there is an @ in it. For other texts *err is unchanged.
 */
bool host_check(const char *host, const char *option, struct error *err);

#endif
