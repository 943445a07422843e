#ifndef MAILHAUL_BASE_ESCAPE_H
#define MAILHAUL_BASE_ESCAPE_H

#include <stddef.h>

/*
 * Copies length bytes of text into out (size bytes, at least 4, always terminated) so that they can
 * be shown on any terminal or in a log: valid UTF-8 passes, control characters (C0, DEL, C1), line
 * and paragraph separators, bidirectional controls and broken UTF-8 become \xNN. What does not fit
 * is cut at a whole character and ends with "...". Returns the length of the result in bytes.
 */
size_t escape_text(char *out, size_t size, const char *text, size_t length);

#endif
