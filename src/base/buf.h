#ifndef MAILHAUL_BASE_BUF_H
#define MAILHAUL_BASE_BUF_H

#include <stddef.h>

/*
 * A growing byte buffer that owns its bytes. {0} is an empty buffer. Running out of memory ends the process, so a
 * caller that adds bytes under a server's control must limit their number.
 */
struct buf {
	char *data; /* NULL until something is added */
	size_t length;
	size_t capacity;
};

/* Append bytes, a string or formatted text, without a terminating NUL. */
void buf_append(struct buf *b, const void *bytes, size_t length);
void buf_append_string(struct buf *b, const char *text);
void buf_append_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reserves room for at least `room` more bytes after b->length. Returns the address of that room. */
char *buf_reserve(struct buf *b, size_t room);

/* Returns the content as a NUL-terminated string. The string is valid until the buffer changes. */
const char *buf_string(struct buf *b);

/* Removes the first `length` bytes. */
void buf_consume(struct buf *b, size_t length);

/* Empties the buffer but keeps its memory. */
void buf_clear(struct buf *b);

/* Free the memory and leave an empty buffer. buf_wipe overwrites the content first. */
void buf_free(struct buf *b);
void buf_wipe(struct buf *b);

#endif
