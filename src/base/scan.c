#include "config.h"

#include "base/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { STEP = SCAN_SLACK };

/* What compilers make of this is the processor's own vectors, where it has some. */
typedef unsigned char vector __attribute__((vector_size(16)));

/* STEP octets, and later a 255 for each of them that is wanted. */
struct step {
	vector low, high;
};

static vector repeat(char octet)
{
	return (vector){0} + (unsigned char)octet;
}

static struct step hits_in(const struct step *s, vector wanted)
{
	return (struct step){(vector)(s->low == wanted), (vector)(s->high == wanted)};
}

static bool has_any(const struct step *hits)
{
	vector both = hits->low | hits->high;
	uint64_t words[2];

	memcpy(words, &both, sizeof(words));
	return (words[0] | words[1]) != 0;
}

const char *scan_copy(const char *from, const char *end, char octet, char *out)
{
	const vector wanted = repeat(octet);

	while ((size_t)(end - from) >= STEP) {
		struct step here, hits;

		memcpy(&here, from, STEP);
		memcpy(out, &here, STEP);
		hits = hits_in(&here, wanted);
		if (has_any(&hits))
			return memchr(from, octet, STEP);
		from += STEP;
		out += STEP;
	}
	while (from < end && *from != octet)
		*out++ = *from++;
	return from;
}

size_t scan_count(const char *bytes, size_t length, char octet)
{
	const vector wanted = repeat(octet);
	const char *end = bytes + length;
	size_t count = 0;

	while ((size_t)(end - bytes) >= STEP) {
		vector found = {0};

		/* A hit takes -1 away: a place holds 255 of them. */
		for (unsigned n = 0; n + 2 <= UINT8_MAX && (size_t)(end - bytes) >= STEP; n += 2) {
			struct step here, hits;

			memcpy(&here, bytes, STEP);
			hits = hits_in(&here, wanted);
			found -= hits.low;
			found -= hits.high;
			bytes += STEP;
		}
		for (size_t i = 0; i < sizeof(found); i++)
			count += found[i];
	}
	while (bytes < end)
		count += *bytes++ == octet;
	return count;
}
