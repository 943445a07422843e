#include "config.h"

#include "policy/edge_fields.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Handles the start of a line: a new field, a continuation of the previous field, or the end of the header. */
static void begin_line(struct edge_fields *e, char c)
{
	e->in_line = true;
	e->over = c == '\n' || c == '\r';
	if (e->over || is_blank(c))
		return;
	if (e->count <= EDGE_FIELDS)
		e->starts[e->count] = e->octets;
	e->last[e->count++ % EDGE_FIELDS] = e->octets;
}

void edge_fields_add(struct edge_fields *e, const char *bytes, size_t length)
{
	while (length > 0 && !e->over) {
		const char *end = memchr(bytes, '\n', length);
		size_t taken = end ? (size_t)(end - bytes) + 1 : length;

		if (!e->in_line)
			begin_line(e, *bytes);
		if (e->over)
			return;
		e->octets += taken;
		if (end) {
			e->octets += !(taken > 1 ? bytes[taken - 2] == '\r' : e->after_cr);
			e->in_line = false;
		}
		e->after_cr = bytes[taken - 1] == '\r';
		bytes += taken;
		length -= taken;
	}
}

bool edge_fields_have(const struct edge_fields *e, uint64_t octets)
{
	for (size_t i = 1; e->over && i <= EDGE_FIELDS && i < e->count; i++) {
		if (e->starts[i] == octets || e->octets - e->last[(e->count - i) % EDGE_FIELDS] == octets)
			return true;
	}
	return false;
}
