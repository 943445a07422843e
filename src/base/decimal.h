#ifndef MAILHAUL_BASE_DECIMAL_H
#define MAILHAUL_BASE_DECIMAL_H

#include <stdint.h>

enum { DECIMAL_MOST = 20 }; /* digits of the largest number */

/*
 * Writes the decimal digits of `number` without a NUL and returns the address after the last digit. `out` must have
 * room for DECIMAL_MOST bytes. Code that runs for every message uses it because snprintf takes several times as long.
 */
char *decimal_put(char *out, uint64_t number);

#endif
