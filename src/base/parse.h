#ifndef MAILHAUL_BASE_PARSE_H
#define MAILHAUL_BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each function accepts only a complete, valid text. On anything else (empty, sign, blanks, unknown unit, out of
 * range) it returns false and does not change *out.
 */

/* Parses a decimal number of at most `most`. */
bool parse_number(const char *text, size_t length, uint64_t most, uint64_t *out);

/*
 * Parses a number of bytes: digits and an optional unit, "k", "M" or "G" (powers of 1024). "B" or "iB" may follow the
 * unit.
 */
bool parse_size(const char *text, uint64_t *out);

/*
 * Parses a number of seconds: digits and an optional unit, "s", "m" (minutes), "h", "d" or "w". The limit is 100
 * years.
 */
bool parse_duration(const char *text, int64_t *seconds);

#endif
