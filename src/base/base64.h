#ifndef MAILHAUL_BASE_BASE64_H
#define MAILHAUL_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends length bytes in base64 (RFC 4648, 4.), on one line. Secrets leave no copy behind: room is made first. */
void base64_encode(struct buf *out, const void *bytes, size_t length);

/* Appends what the text stands for; false, and nothing is appended, when it is no base64. */
bool base64_decode(struct buf *out, const char *text, size_t length);

#endif
