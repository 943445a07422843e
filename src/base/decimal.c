#include "config.h"

#include "base/decimal.h"

#include <stddef.h>

char *decimal_put(char *out, uint64_t number)
{
	char digits[DECIMAL_MOST];
	size_t used = 0;

	do
		digits[used++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (used > 0)
		*out++ = digits[--used];
	return out;
}
