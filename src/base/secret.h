#ifndef MAILHAUL_BASE_SECRET_H
#define MAILHAUL_BASE_SECRET_H

#include <stddef.h>

/*
 * A password or token. It lives in pages of its own that are kept out of swap and core files where
 * the system allows it, and is overwritten when it is freed.
 */
struct secret;

/* Copies length bytes; the caller wipes its own copy. */
struct secret *secret_make(const char *bytes, size_t length);

/* The content, terminated by NUL. It belongs to the secret. */
const char *secret_text(const struct secret *s);
size_t secret_length(const struct secret *s);

/* Overwrites and frees *s and sets it to NULL; NULL is accepted. */
void secret_free(struct secret **s);

#endif
