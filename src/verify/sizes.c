#include "config.h"

#include "verify/sizes.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIELDS_MOST = 4096 }; /* octets of fields that mail programs add to a message that is searched for */

void sizes_clear(struct sizes *s)
{
	s->count = 0;
}

void sizes_add(struct sizes *s, uint64_t octets)
{
	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 256;
		s->list = memory_resize(s->list, s->capacity, sizeof(*s->list));
	}
	s->list[s->count++] = octets;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void sizes_sort(struct sizes *s)
{
	if (s->count > 0)
		qsort(s->list, s->count, sizeof(*s->list), by_size);
}

void sizes_free(struct sizes *s)
{
	free(s->list);
	*s = (struct sizes){0};
}

bool sizes_have(const struct sizes *s, uint64_t octets)
{
	return s->count > 0 && bsearch(&octets, s->list, s->count, sizeof(*s->list), by_size);
}

bool sizes_have_about(const struct sizes *s, uint64_t octets)
{
	uint64_t least = octets > FIELDS_MOST ? octets - FIELDS_MOST : 0;
	size_t from = 0, to = s->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->list[middle] < least)
			from = middle + 1;
		else
			to = middle;
	}
	return from < s->count && s->list[from] <= octets + FIELDS_MOST;
}
