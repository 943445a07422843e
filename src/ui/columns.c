#include "config.h"

#include "ui/columns.h"

#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/escape.h"

enum { USUAL = 80, LEAST = 20 };

static const char more[] = "...";

size_t columns_of(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return USUAL;
	return size.ws_col < LEAST ? LEAST : size.ws_col;
}

/* wcwidth(3) depends on the locale, which is otherwise "C" in this program. */
static locale_t enter_utf8(void)
{
	static locale_t utf8;

	if (utf8 == (locale_t)0)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (utf8 == (locale_t)0)
		utf8 = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	return utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
}

static void leave_utf8(locale_t before)
{
	if (before != (locale_t)0)
		(void)uselocale(before);
}

/* Takes the next character. Returns its bytes, and sets *width to its columns. */
static size_t take(const char *text, size_t *width)
{
	uint32_t code;
	size_t length = escape_character(text, strnlen(text, 4), &code);
	int columns = length > 0 ? wcwidth((wchar_t)code) : 1;

	*width = columns < 0 ? 1 : (size_t)columns;
	return length > 0 ? length : 1;
}

/* Returns the bytes at the start of text that fit in `most` columns, and their columns. */
static size_t take_columns(const char *text, size_t most, size_t *used)
{
	locale_t before = enter_utf8();
	size_t length = 0;

	for (*used = 0; text[length];) {
		size_t width, bytes = take(text + length, &width);

		if (*used + width > most)
			break;
		*used += width;
		length += bytes;
	}
	leave_utf8(before);
	return length;
}

size_t columns_width(const char *text)
{
	size_t used;

	(void)take_columns(text, SIZE_MAX, &used);
	return used;
}

static size_t cut(struct buf *out, const char *text, size_t columns)
{
	size_t dots = sizeof(more) - 1 < columns ? sizeof(more) - 1 : columns, used;
	size_t length = take_columns(text, columns, &used);

	if (text[length]) {
		length = take_columns(text, columns - dots, &used);
		buf_append(out, text, length);
		buf_append(out, more, dots);
		return used + dots;
	}
	buf_append(out, text, length);
	return used;
}

void columns_cut(struct buf *out, const char *text, size_t columns)
{
	(void)cut(out, text, columns);
}

void columns_fit(struct buf *out, const char *text, size_t columns)
{
	for (size_t used = cut(out, text, columns); used < columns; used++)
		buf_append_string(out, " ");
}

static size_t word_width(const char *word, size_t length)
{
	struct buf copy = {0};
	size_t width;

	buf_append(&copy, word, length);
	width = columns_width(buf_string(&copy));
	buf_free(&copy);
	return width;
}

void columns_wrap(struct buf *out, const char *text, size_t columns, size_t first, size_t indent)
{
	size_t at = first, start = first;

	if (columns == 0) {
		buf_append_string(out, text);
		return;
	}
	while (*text) {
		size_t blanks = strspn(text, " "), length = strcspn(text + blanks, " ");
		size_t width = word_width(text + blanks, length);

		if (at > start && at + blanks + width > columns) {
			buf_append_format(out, "\n%*s", (int)indent, "");
			at = start = indent;
		} else {
			buf_append(out, text, blanks);
			at += blanks;
		}
		buf_append(out, text + blanks, length);
		at += width;
		text += blanks + length;
	}
}
