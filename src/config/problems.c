#include "config.h"

#include "config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/memory.h"

void problems_add(struct problems *p, const char *format, ...)
{
	char raw[1024], text[1536];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	escape_text(text, sizeof(text), raw, strlen(raw));
	if (p->count > 0 && strcmp(p->lines[p->count - 1], text) == 0)
		return; /* libconfuse reports a list once for each value */
	p->lines = memory_resize(p->lines, p->count + 1, sizeof(*p->lines));
	p->lines[p->count++] = memory_copy_string(text);
}

void problems_free(struct problems *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->lines[i]);
	free(p->lines);
	*p = (struct problems){0};
}
