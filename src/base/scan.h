#ifndef MAILHAUL_BASE_SCAN_H
#define MAILHAUL_BASE_SCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Functions that process every byte of a message. They work on many bytes at once, and they are inline because lines
 * are too short to pay for a function call each.
 */

enum { SCAN_SLACK = 32 }; /* bytes examined together; scan_copy may write as many after its result */

/* Compilers map this to the vector registers of the processor, where it has them. */
typedef unsigned char scan_vector __attribute__((vector_size(16)));

/* Holds SCAN_SLACK bytes, and after scan_hits the value 255 for each byte that matches and 0 for the others. */
struct scan_step {
	scan_vector low, high;
};

/* Vectors are neither arguments nor results, because 32-bit x86 passes them in another way with SSE than without. */
static inline struct scan_step scan_hits(const char *bytes, char octet)
{
	const scan_vector wanted = (scan_vector){0} + (unsigned char)octet;
	struct scan_step s;

	memcpy(&s, bytes, sizeof(s));
	return (struct scan_step){(scan_vector)(s.low == wanted), (scan_vector)(s.high == wanted)};
}

/* Returns the position, in memory order, of the first nonzero byte of a word. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline size_t scan_place(uint64_t word)
{
	return (size_t)__builtin_ctzll(word) / 8;
}
#else
static inline size_t scan_place(uint64_t word)
{
	return (size_t)__builtin_clzll(word) / 8;
}
#endif

/* Returns the position of the first match, or SCAN_SLACK if there is no match. */
static inline size_t scan_first(const struct scan_step *hits)
{
	scan_vector both = hits->low | hits->high;
	uint64_t words[SCAN_SLACK / sizeof(uint64_t)];
	size_t i = 0;

	memcpy(words, &both, sizeof(both));
	if ((words[0] | words[1]) == 0)
		return SCAN_SLACK;
	memcpy(words, hits, sizeof(words));
	while (words[i] == 0)
		i++;
	return i * sizeof(uint64_t) + scan_place(words[i]);
}

/*
 * Copies bytes from `from` up to the first `octet` or up to `end`. Returns the address of that byte, or `end`. The
 * areas must not overlap.
 */
static inline const char *scan_copy(const char *from, const char *end, char octet, char *out)
{
	while ((size_t)(end - from) >= SCAN_SLACK) {
		struct scan_step hits = scan_hits(from, octet);
		size_t first = scan_first(&hits);

		memcpy(out, from, SCAN_SLACK);
		if (first < SCAN_SLACK)
			return from + first;
		from += SCAN_SLACK;
		out += SCAN_SLACK;
	}
	while (from < end && *from != octet)
		*out++ = *from++;
	return from;
}

/* Returns how often `octet` occurs. */
size_t scan_count(const char *bytes, size_t length, char octet);

#endif
