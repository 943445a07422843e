#include "config.h"

#include "policy/marks.h"

#include <string.h>

#include "policy/header.h"

void marks_start(struct marks *m)
{
	*m = (struct marks){.naming = true};
	digest_start(&m->whole);
}

/* Reads a value that may consist of zeros only. */
static void read_length(struct marks *m, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && m->in_length; i++) {
		m->zeros |= bytes[i] == '0';
		m->no_length |= bytes[i] == '\n' && m->zeros;
		m->in_length = bytes[i] != '\n' && strchr("0 \t\r", bytes[i]);
	}
}

static void count_in(struct marks *m, const char *bytes, size_t length)
{
	read_length(m, bytes, length);
	digest_add(&m->whole, bytes, length);
	if (m->marked && !m->skipping)
		digest_add(&m->bare, bytes, length);
	if (m->skipping) {
		bool cr = length > 1 ? bytes[length - 2] == '\r' : m->cr;

		m->mark_octets += length + (bytes[length - 1] == '\n' && !cr);
		m->cr = bytes[length - 1] == '\r';
	}
}

/* Continues when the field's name is known or cannot be one of a mail store. */
static void settle(struct marks *m, bool mark)
{
	if (mark && !m->marked) {
		m->bare = m->whole;
		m->marked = true;
	}
	m->skipping = mark;
	count_in(m, m->name, m->held);
	m->in_length = mark && header_is_content_length(m->name, m->held - 1);
	m->zeros = false;
	m->held = 0;
	m->naming = false;
}

static void add_to_name(struct marks *m, char c)
{
	/* A folded line belongs to the previous field. */
	if (m->held == 0 && (c == ' ' || c == '\t')) {
		m->naming = false;
		count_in(m, &c, 1);
		return;
	}
	m->name[m->held++] = c;
	if (c == '\n') {
		m->ended = m->held == 1 || (m->held == 2 && m->name[0] == '\r');
		settle(m, false);
		m->naming = true;
	} else if (c == ':') {
		settle(m, header_is_added(m->name, m->held - 1));
	} else if (m->held == sizeof(m->name)) {
		settle(m, false);
	}
}

void marks_add(struct marks *m, const char *bytes, size_t length)
{
	while (length > 0 && !m->ended) {
		const char *lf;
		size_t line;

		if (m->naming) {
			add_to_name(m, *bytes++);
			length--;
			continue;
		}
		lf = memchr(bytes, '\n', length);
		line = lf ? (size_t)(lf - bytes) + 1 : length;
		count_in(m, bytes, line);
		m->naming = lf != NULL;
		bytes += line;
		length -= line;
	}
	m->has_body |= length > 0;
	if (length > 0)
		count_in(m, bytes, length);
}

bool marks_end(struct marks *m, unsigned char whole[DIGEST_SIZE], unsigned char bare[DIGEST_SIZE])
{
	if (m->held > 0)
		settle(m, false);
	digest_end(&m->whole, whole);
	if (m->marked)
		digest_end(&m->bare, bare);
	else
		memcpy(bare, whole, DIGEST_SIZE);
	return m->marked;
}
