#include "config.h"

#include "config/plain_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

static bool starts_with(const struct buf *text, const char *mark, size_t length)
{
	return text->length >= length && memcmp(text->data, mark, length) == 0;
}

/* Returns whether a text is UTF-16 or UTF-32. Without a mark, that shows in a NUL beside its first character. */
static bool is_wide(const struct buf *text)
{
	if (starts_with(text, "\xff\xfe", 2) || starts_with(text, "\xfe\xff", 2))
		return true;
	return text->length >= 2 && (text->data[0] == '\0') != (text->data[1] == '\0');
}

enum plain_text plain_text(struct buf *text)
{
	if (is_wide(text))
		return PLAIN_TEXT_WIDE;
	if (text->length > 0 && memchr(text->data, '\0', text->length))
		return PLAIN_TEXT_NUL;
	if (starts_with(text, "\xef\xbb\xbf", 3))
		buf_consume(text, 3);
	return PLAIN_TEXT;
}
