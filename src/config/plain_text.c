#include "config.h"

#include "config/plain_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

static bool starts_with(const char *text, size_t length, const char *mark, size_t mark_length)
{
	return length >= mark_length && memcmp(text, mark, mark_length) == 0;
}

/* Returns whether a text is UTF-16 or UTF-32. Without a mark, that shows in a NUL beside its first character. */
static bool is_wide(const char *text, size_t length)
{
	if (starts_with(text, length, "\xff\xfe", 2) || starts_with(text, length, "\xfe\xff", 2))
		return true;
	return length >= 2 && (text[0] == '\0') != (text[1] == '\0');
}

enum plain_text plain_text_form(const char *text, size_t length)
{
	if (is_wide(text, length))
		return PLAIN_TEXT_WIDE;
	return length > 0 && memchr(text, '\0', length) ? PLAIN_TEXT_NUL : PLAIN_TEXT;
}

enum plain_text plain_text(struct buf *text)
{
	enum plain_text form = plain_text_form(text->data, text->length);

	if (form == PLAIN_TEXT && starts_with(text->data, text->length, "\xef\xbb\xbf", 3))
		buf_consume(text, 3);
	return form;
}
