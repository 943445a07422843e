#include "config.h"

#include "config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/memory.h"

enum { SHOWN = 120 };

void problems_add(struct problems *p, const char *format, ...)
{
	char raw[1536], text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape_text(text, sizeof(text), raw, strlen(raw));
	p->lines = memory_resize(p->lines, p->count + 1, sizeof(*p->lines));
	p->sources = memory_resize(p->sources, p->count + 1, sizeof(*p->sources));
	p->sources[p->count] = NULL;
	p->lines[p->count++] = memory_copy_string(text);
}

void problems_show(struct problems *p, const char *text, size_t length)
{
	const char *line_end = memchr(text, '\n', length);
	char shown[SHOWN];

	escape_text(shown, sizeof(shown), text, line_end ? (size_t)(line_end - text) : length);
	memory_replace(&p->sources[p->count - 1], memory_copy_string(shown));
}

void problems_free(struct problems *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->lines[i]);
		free(p->sources[i]);
	}
	free(p->lines);
	free(p->sources);
	*p = (struct problems){0};
}
