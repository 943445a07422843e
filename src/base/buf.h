#ifndef MAILHAUL_BASE_BUF_H
#define MAILHAUL_BASE_BUF_H

#include <stddef.h>

/*
 * A growing byte buffer that owns its bytes. {0} is an empty one. Out of memory ends the process:
 * whoever feeds it bytes that a server controls bounds them first.
 */
struct buf {
	char *data; /* NULL while nothing was ever added */
	size_t length;
	size_t capacity;
};

/* Adds bytes, a string, or a formatted text (without its terminating NUL). */
void buf_append(struct buf *b, const void *bytes, size_t length);
void buf_append_string(struct buf *b, const char *text);
void buf_append_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for at least `room` more bytes behind b->length and returns where it starts. */
char *buf_reserve(struct buf *b, size_t room);

/* The content as a string, terminated. It lives as long as the buffer is not changed. */
const char *buf_string(struct buf *b);

/* Drops the first `length` bytes. */
void buf_consume(struct buf *b, size_t length);

/* Empties it and keeps the memory. */
void buf_clear(struct buf *b);

/* Frees the memory; the buffer is empty afterwards. buf_wipe overwrites the content first. */
void buf_free(struct buf *b);
void buf_wipe(struct buf *b);

#endif
