#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/platform.h"

char *buf_reserve(struct buf *b, size_t room)
{
	size_t need;

	if (__builtin_add_overflow(b->length, room, &need))
		memory_exhausted();
	if (need > b->capacity || !b->data) {
		size_t grown = b->capacity + b->capacity / 2;

		if (grown < need)
			grown = need;
		if (grown < 64)
			grown = 64;
		b->data = memory_resize(b->data, grown, 1);
		b->capacity = grown;
	}
	return b->data + b->length;
}

void buf_append(struct buf *b, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	memcpy(buf_reserve(b, length), bytes, length);
	b->length += length;
}

void buf_append_string(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void buf_append_format(struct buf *b, const char *format, ...)
{
	va_list args;
	int need;

	va_start(args, format);
	need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		return;
	va_start(args, format);
	vsnprintf(buf_reserve(b, (size_t)need + 1), (size_t)need + 1, format, args);
	va_end(args);
	b->length += (size_t)need;
}

const char *buf_string(struct buf *b)
{
	*buf_reserve(b, 1) = '\0';
	return b->data;
}

void buf_consume(struct buf *b, size_t length)
{
	if (length == 0)
		return;
	memmove(b->data, b->data + length, b->length - length);
	b->length -= length;
}

void buf_clear(struct buf *b)
{
	b->length = 0;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}

void buf_wipe(struct buf *b)
{
	if (b->data)
		platform_wipe(b->data, b->capacity);
	buf_free(b);
}
