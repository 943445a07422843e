#ifndef MAILHAUL_BASE_BASE64_H
#define MAILHAUL_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * Appends `length` bytes to *out as base64 (RFC 4648, section 4), without line breaks. Space is reserved before
 * encoding, so a secret is never copied by a growing buffer.
 */
void base64_encode(struct buf *out, const void *bytes, size_t length);

/* Appends the decoded bytes of a base64 text. Returns false, with *out unchanged, when the text is not valid base64. */
bool base64_decode(struct buf *out, const char *text, size_t length);

#endif
