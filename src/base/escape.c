#include "config.h"

#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/invisible.h"

size_t escape_character(const char *text, size_t left, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	if (length == 0 || length > left)
		return 0;
	if (length == 1) {
		*code = s[0];
		return 1;
	}
	*code = s[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3fU);
	}
	if (*code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

/*
 * before: the character before this one, if it was kept; otherwise 0. Selectors for emoji are common in subjects. After
 * ASCII they are escaped, so that they cannot hide in the name of a user or a host.
 */
static bool is_harmless(uint32_t code, uint32_t before)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	if (invisible_is_emoji_selector(code))
		return before >= 0xa0 && !invisible_is_emoji_selector(before);
	return !invisible_character(code);
}

size_t escape_text(char *out, size_t size, const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t used = 0;
	size_t safe = 0; /* last position where "..." still fits */
	uint32_t before = 0;

	while (length > 0) {
		char piece[8];
		uint32_t code;
		size_t taken = escape_character((const char *)s, length, &code);
		size_t made = taken;

		if (taken > 0 && is_harmless(code, before)) {
			memcpy(piece, s, taken);
			before = code;
		} else {
			taken = 1;
			before = 0;
			made = (size_t)snprintf(piece, sizeof(piece), "\\x%02x", s[0]);
		}
		if (used + made + 1 > size) {
			memcpy(out + safe, "...", 4);
			return safe + 3;
		}
		memcpy(out + used, piece, made);
		used += made;
		if (used + 4 <= size)
			safe = used;
		s += taken;
		length -= taken;
	}
	out[used] = '\0';
	return used;
}
