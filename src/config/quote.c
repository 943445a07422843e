#include "config.h"

#include "config/quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/memory.h"

static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++) {
		if (!isalnum((unsigned char)*c) && (c == text || !strchr("-._", *c)))
			return false;
	}
	return *text != '\0';
}

void quote_text(struct buf *out, const char *text)
{
	size_t size = 4 * strlen(text) + 4;
	char *shown;

	if (is_word(text)) {
		buf_append_string(out, text);
		return;
	}
	/* Unprintable bytes become \xNN, which libconfuse also understands. */
	shown = memory_zeroed(size, 1);
	buf_append_string(out, "\"");
	for (const char *c = text; *c; c++) {
		size_t plain = strcspn(c, "\\\"$");

		escape_text(shown, size, c, plain);
		buf_append_string(out, shown);
		c += plain;
		if (!*c)
			break;
		buf_append_format(out, "\\%c", *c);
	}
	buf_append_string(out, "\"");
	free(shown);
}
