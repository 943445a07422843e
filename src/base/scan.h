#ifndef MAILHAUL_BASE_SCAN_H
#define MAILHAUL_BASE_SCAN_H

#include <stddef.h>

/* What every octet of a message goes through: many at a time. */

enum { SCAN_SLACK = 32 }; /* octets that scan_copy may write behind what it copies */

/*
 * Copies from `from` up to `end`, but not the first such octet nor what is behind it. Returns where that stands, or
 * end. Neither may `out` overlap.
 */
const char *scan_copy(const char *from, const char *end, char octet, char *out);

/* How many such octets there are. */
size_t scan_count(const char *bytes, size_t length, char octet);

#endif
