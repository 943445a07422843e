#ifndef MAILHAUL_BASE_PARSE_H
#define MAILHAUL_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each takes the whole text or nothing and returns false on anything else (empty, sign, blanks,
 * unknown unit, out of range); *out is then unchanged.
 */

/* Decimal digits, at most `most`. */
bool parse_number(const char *text, size_t length, uint64_t most, uint64_t *out);

/* Octets: digits and nothing, "k", "M" or "G" (powers of 1024; an optional "B" or "iB" behind). */
bool parse_size(const char *text, uint64_t *out);

/* Seconds: digits and nothing or "s", "m" (minutes), "h", "d" or "w". At most 100 years. */
bool parse_duration(const char *text, int64_t *seconds);

#endif
