#ifndef MAILHAUL_BASE_DECIMAL_H
#define MAILHAUL_BASE_DECIMAL_H

#include <stdint.h>

enum { DECIMAL_MOST = 20 }; /* digits of the largest number */

/*
 * Writes a number's digits, without a NUL; there is room for DECIMAL_MOST. Returns where they end. For
 * what each message needs: snprintf costs several times as much.
 */
char *decimal_put(char *out, uint64_t number);

#endif
