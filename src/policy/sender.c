#include "config.h"

#include "policy/sender.h"

#include <stdbool.h>
#include <string.h>

#include "base/escape.h"
#include "policy/header_fields.h"

/* The text of an address list without its comments. */
struct scan {
	const char *at, *end;
	bool quoted;	  /* in a quoted string */
	bool escaped;	  /* after a backslash */
	bool literal;	  /* in a domain literal, such as [IPv6:::1] */
	unsigned comment; /* depth of nested comments */
};

/* Returns the next character, or -1 at the end. *plain is set if it may separate the parts of an address. */
static int next(struct scan *s, bool *plain)
{
	while (s->at < s->end) {
		char c = *s->at++;
		bool escaped = s->escaped, inside = s->comment > 0;

		s->escaped = c == '\\' && !escaped && (s->quoted || inside);
		if (!escaped && !s->quoted && c == '(')
			s->comment++;
		if (!escaped && inside && c == ')')
			s->comment--;
		if (inside || s->comment > 0)
			continue;
		*plain = !escaped && !s->quoted && c != '"' && !(s->literal && c == ':');
		if (!escaped && c == '"')
			s->quoted = !s->quoted;
		s->literal = !s->quoted && c != ']' && (s->literal || c == '[');
		return (unsigned char)c;
	}
	return -1;
}

/* Returns whether an address is safe to show: valid UTF-8 without blanks and control characters. */
static bool is_clean(const char *address, size_t length)
{
	char escaped[SENDER_OCTETS];

	return !memchr(address, ' ', length) && escape_text(escaped, sizeof(escaped), address, length) == length &&
	    memcmp(escaped, address, length) == 0;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Stores the first address of a field. Returns whether there is one; *null is set for "<>". An address in angle
 * brackets replaces the words before it, and the name of a group is not an address.
 */
static bool find_address(const char *text, size_t length, char out[SENDER_OCTETS], bool *null)
{
	struct scan s = {.at = text, .end = text + length};
	size_t used = 0;
	bool plain = true, angle = false, gap = false, fits = true;
	int c;

	*null = false;
	while ((c = next(&s, &plain)) >= 0) {
		if (plain && c == '<' && !angle) {
			angle = fits = true;
			gap = false;
			used = 0;
		} else if (plain && ((angle && c == '>') || (!angle && (c == ';' || (c == ',' && used > 0))))) {
			break;
		} else if (plain && c == ':') { /* the end of a group's name, or of a source route */
			gap = false;
			fits = true;
			used = 0;
		} else if (plain && is_blank(c)) {
			gap = used > 0;
		} else if (gap || used + 1 >= SENDER_OCTETS) {
			fits = false; /* two words are not an address */
		} else {
			out[used++] = (char)c;
		}
	}
	*null = angle && used == 0 && fits && c == '>';
	out[used] = '\0';
	return fits && used > 0 && (!angle || c == '>') && is_clean(out, used);
}

void sender_find(const struct header_fields *h, char out[SENDER_OCTETS])
{
	static const enum header_field fields[] = {HEADER_RETURN_PATH, HEADER_FROM};
	bool found = false, null = false;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && !found && !null; i++)
		found = find_address(h->fields[fields[i]].text, h->fields[fields[i]].length, out, &null);
	if (!found)
		*out = '\0';
}
