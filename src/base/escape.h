#ifndef MAILHAUL_BASE_ESCAPE_H
#define MAILHAUL_BASE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Copies `length` bytes of text to `out` in a form that is safe on any terminal and in a log. `size` is the size of
 * `out`, at least 4; the result is always NUL-terminated. Valid UTF-8 is kept. Control characters (C0, DEL, C1),
 * invisible characters (base/invisible) and invalid UTF-8 become \xNN. A selector of the form of an emoji is kept after
 * a character that is not ASCII. Text that does not fit is cut
 * between characters and ends with "...". Returns the length of the result in bytes.
 */
size_t escape_text(char *out, size_t size, const char *text, size_t length);

/*
 * Returns the length of the UTF-8 character (RFC 3629) at the start of a text with `left` bytes, at least 1, and stores
 * its code point. Returns 0 if there is no valid one.
 */
size_t escape_character(const char *text, size_t left, uint32_t *code);

#endif
