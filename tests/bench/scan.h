/*
 * The two scans of every octet, as fast as a current processor can do them: 16 octets at a time with SSE2, by
 * memmem and memchr otherwise.
 */
#ifndef BENCH_SCAN_H
#define BENCH_SCAN_H

#include <stddef.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Returns the first "\n." whose two octets are in [at, end), or end. */
static inline const char *find_dot_line(const char *at, const char *end)
{
#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n'), dot = _mm_set1_epi8('.');

	for (; end - at >= 17; at += 16) {
		__m128i here = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), lf);
		__m128i next = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(at + 1)), dot);
		int mask = _mm_movemask_epi8(_mm_and_si128(here, next));
		if (mask)
			return at + __builtin_ctz((unsigned)mask);
	}
#endif
	at = memmem(at, (size_t)(end - at), "\n.", 2);
	return at ? at : end;
}

/*
 * Copies [at, end) to out up to the first CR, and returns its position, or end. Writes up to 15 octets more than it
 * copies.
 */
static inline const char *copy_to_cr(const char *at, const char *end, char *out)
{
	const char *cr;
#ifdef __SSE2__
	const __m128i wanted = _mm_set1_epi8('\r');

	for (; end - at >= 16; at += 16, out += 16) {
		__m128i octets = _mm_loadu_si128((const __m128i *)(const void *)at);
		int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(octets, wanted));
		_mm_storeu_si128((__m128i *)(void *)out, octets);
		if (mask)
			return at + __builtin_ctz((unsigned)mask);
	}
#endif
	cr = memchr(at, '\r', (size_t)(end - at));
	if (!cr)
		cr = end;
	memcpy(out, at, (size_t)(cr - at));
	return cr;
}

#endif
