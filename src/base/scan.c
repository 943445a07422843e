#include "config.h"

#include "base/scan.h"

#include <stdint.h>

size_t scan_count(const char *bytes, size_t length, char octet)
{
	const char *end = bytes + length;
	size_t count = 0;

	while ((size_t)(end - bytes) >= SCAN_SLACK) {
		scan_vector found = {0};

		/* Each match subtracts -1, and a byte can count up to 255 matches. */
		for (unsigned n = 0; n + 2 <= UINT8_MAX && (size_t)(end - bytes) >= SCAN_SLACK; n += 2) {
			struct scan_step hits = scan_hits(bytes, octet);

			found -= hits.low;
			found -= hits.high;
			bytes += SCAN_SLACK;
		}
		for (size_t i = 0; i < sizeof(found); i++)
			count += found[i];
	}
	while (bytes < end)
		count += *bytes++ == octet;
	return count;
}
