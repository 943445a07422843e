#ifndef MAILHAUL_BASE_SECRET_H
#define MAILHAUL_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A password, a token, or a text with passwords in it. It has its own memory pages, which are kept out of swap, core
 * files and the children of this process where the system allows it. They are overwritten when the secret is freed.
 */
struct secret;

/* Copies `length` bytes. The caller wipes its own copy. */
struct secret *secret_make(const char *bytes, size_t length);

/* Reads at most `most` bytes from a descriptor, without a copy elsewhere. Returns NULL with errno set on failure. */
struct secret *secret_read(int fd, size_t most);

/* Return the content, terminated by NUL, and its length. The content belongs to the secret. */
const char *secret_text(const struct secret *s);
size_t secret_length(const struct secret *s);

/*
 * Sets whether a child that is forked from now on gets the secret. Initially it does not. The child calls it with
 * false to protect its copy in the same way. s may be NULL.
 */
void secret_inherit(struct secret *s, bool on);

/* Sets *s to NULL in a child that did not get the secret. Where the system gives a child all memory, wipes its copy. */
void secret_forget(struct secret **s);

/* Overwrites and frees *s and sets it to NULL. *s may be NULL. */
void secret_free(struct secret **s);

#endif
