#ifndef MAILHAUL_BASE_SECRET_H
#define MAILHAUL_BASE_SECRET_H

#include <stddef.h>

/*
 * A password or token. It has its own memory pages, which are kept out of swap and core files where the system allows
 * it. They are overwritten when the secret is freed.
 */
struct secret;

/* Copies `length` bytes. The caller wipes its own copy. */
struct secret *secret_make(const char *bytes, size_t length);

/* Return the content, terminated by NUL, and its length. The content belongs to the secret. */
const char *secret_text(const struct secret *s);
size_t secret_length(const struct secret *s);

/* Overwrites and frees *s and sets it to NULL. *s may be NULL. */
void secret_free(struct secret **s);

#endif
