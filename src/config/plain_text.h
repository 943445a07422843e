#ifndef MAILHAUL_CONFIG_PLAIN_TEXT_H
#define MAILHAUL_CONFIG_PLAIN_TEXT_H

#include <stddef.h>

struct buf;

/* What is in a file or in the output of a command that should be text in UTF-8 or a superset of ASCII. */
enum plain_text {
	PLAIN_TEXT,
	PLAIN_TEXT_WIDE, /* UTF-16 or UTF-32 */
	PLAIN_TEXT_NUL,	 /* a NUL byte, at which every reader of a string would silently stop */
};

/* Returns what a text is. */
enum plain_text plain_text_form(const char *text, size_t length);

/* Removes the byte order mark that some editors write at the start of UTF-8, and returns what the rest is. */
enum plain_text plain_text(struct buf *text);

#endif
