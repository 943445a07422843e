#include "config.h"

#include "policy/edge_lines.h"

#include <string.h>

/* Appends to the start of a line, up to the number of octets that are kept. */
static void keep(char kept[EDGE_LINE_OCTETS], size_t *kept_length, const char *bytes, size_t length)
{
	size_t room = EDGE_LINE_OCTETS - *kept_length, taken = length < room ? length : room;

	memcpy(kept + *kept_length, bytes, taken);
	*kept_length += taken;
}

static void keep_first(struct edge_lines *e, const char *bytes, size_t length)
{
	if (e->first_length < EDGE_LINE_OCTETS && !memchr(e->first, '\n', e->first_length))
		keep(e->first, &e->first_length, bytes, length);
}

static void keep_tail(struct edge_lines *e, const char *bytes, size_t length)
{
	size_t taken = length < EDGE_TAIL_OCTETS ? length : EDGE_TAIL_OCTETS, left = EDGE_TAIL_OCTETS - taken;

	memmove(e->tail, e->tail + taken, left);
	memcpy(e->tail + left, bytes + length - taken, taken);
}

void edge_lines_add(struct edge_lines *e, const char *bytes, size_t length)
{
	size_t end = length, start;

	if (length == 0)
		return;
	keep_first(e, bytes, length);
	keep_tail(e, bytes, length);
	if (bytes[end - 1] == '\n')
		end--;
	for (start = end; start > 0 && bytes[start - 1] != '\n'; start--)
		continue;
	if (start > 0 || e->line_is_over)
		e->last_length = 0;
	keep(e->last, &e->last_length, bytes + start, end - start);
	e->line_is_over = end < length;
}

static bool is_empty(const char *line, size_t length)
{
	return (length >= 1 && line[0] == '\n') || (length >= 2 && line[0] == '\r' && line[1] == '\n');
}

/* Returns whether a line is a status line in upper case, as servers write it. No header field starts like that. */
static bool is_status(const char *line, size_t length)
{
	static const char *const words[] = {"+OK", "-ERR"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);

		if (length >= size && memcmp(line, words[i], size) == 0 &&
		    (length == size || memchr(" \t\r\n", line[size], 4)))
			return true;
	}
	return false;
}

bool edge_lines_are_foreign(const struct edge_lines *e)
{
	return is_empty(e->first, e->first_length) || is_status(e->first, e->first_length) ||
	    is_status(e->last, e->last_length);
}

bool edge_lines_end_with_cr(const struct edge_lines *e, bool crlf)
{
	return crlf ? memcmp(e->tail, "\r\r\n", 3) == 0 : memcmp(e->tail + 1, "\r\n", 2) == 0;
}
