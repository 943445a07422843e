#include "config.h"

#include "policy/header_fields.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "policy/encoded_word.h"

static const char *const names[] = {
    [HEADER_DATE] = "Date",
    [HEADER_FROM] = "From",
    [HEADER_SUBJECT] = "Subject",
    [HEADER_RETURN_PATH] = "Return-Path",
};

void header_fields_start(struct header_fields *h)
{
	for (size_t i = 0; i < HEADER_FIELDS; i++) {
		h->fields[i].length = 0;
		h->seen[i] = false;
	}
	h->ended = false;
	h->naming = true;
	h->current = -1;
	h->held = 0;
}

/* Selects the field when its name is complete. */
static void take_name(struct header_fields *h)
{
	h->current = -1;
	h->naming = false;
	for (int i = 0; i < HEADER_FIELDS; i++) {
		if (strlen(names[i]) != h->held || strncasecmp(names[i], h->name, h->held) != 0 || h->seen[i])
			continue;
		h->seen[i] = true;
		h->current = i;
	}
}

static void add_to_value(struct header_fields *h, char c)
{
	size_t *length = &h->fields[h->current].length;

	if (*length < HEADER_FIELD_OCTETS)
		h->fields[h->current].text[(*length)++] = c;
}

/* Handles a byte at the start of a line, up to the colon. A line that starts with a blank continues the value. */
static void add_to_name(struct header_fields *h, char c)
{
	if (h->held == 0 && (c == ' ' || c == '\t')) {
		h->naming = false;
		if (h->current >= 0)
			add_to_value(h, ' ');
	} else if (c == '\n') {
		h->ended = h->held == 0;
		h->held = 0;
		h->current = -1;
	} else if (c == ':' || h->held == sizeof(h->name)) {
		take_name(h);
	} else if (c != '\r') {
		h->name[h->held++] = c;
	}
}

void header_fields_add(struct header_fields *h, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && !h->ended; i++) {
		if (h->naming) {
			add_to_name(h, bytes[i]);
		} else if (bytes[i] == '\n') {
			h->naming = true;
			h->held = 0;
		} else if (h->current >= 0 && bytes[i] != '\r') {
			add_to_value(h, bytes[i]);
		}
	}
}

void header_fields_value(const struct header_fields *h, enum header_field field, char *out, size_t size)
{
	const char *text = h->fields[field].text;
	size_t length = h->fields[field].length;
	struct buf value = {0};

	while (length > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		length--;
	}
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	encoded_word_decode(&value, text, length);
	length = value.length;
	if (length >= size) {
		for (length = size - 1; length > 0 && ((unsigned char)value.data[length] & 0xc0) == 0x80; length--)
			;
	}
	for (size_t i = 0; i < length; i++)
		out[i] = value.data[i] != '\0' ? value.data[i] : (char)' ';
	out[length] = '\0';
	buf_free(&value);
}
