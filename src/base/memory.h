#ifndef MAILHAUL_BASE_MEMORY_H
#define MAILHAUL_BASE_MEMORY_H

#include <stddef.h>

/* These functions never return NULL. Without memory they end the process with exit code 71 (EX_OSERR). */
void *memory_zeroed(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *memory_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/* Allocates uninitialized memory at a multiple of `alignment`, a power of two. */
void *memory_aligned(size_t alignment, size_t size) __attribute__((malloc, returns_nonnull));
/* Returns a copy of the text, which the caller frees. */
char *memory_copy_string(const char *text) __attribute__((malloc, returns_nonnull));

/* Frees *where and sets it to value, which *where then owns. */
void memory_replace(char **where, char *value);
/* Returns a formatted string, which the caller frees. */
char *memory_format(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
/* Ends the process as described above. */
void memory_exhausted(void) __attribute__((noreturn));

#endif
