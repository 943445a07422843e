#ifndef MAILHAUL_DELIVER_MAILDIR_CONTENT_H
#define MAILHAUL_DELIVER_MAILDIR_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of a file, judged by the sizes in a name of ours. */
enum maildir_content {
	MAILDIR_ORIGINAL,   /* as delivered, as far as can be seen */
	MAILDIR_CHANGED,    /* a reader has added to it */
	MAILDIR_COMPRESSED, /* a reader has compressed it, not with gzip */
	MAILDIR_TORN,	    /* less than the message: incompletely written or restored */
};

/* Examines an open file. A file that cannot be read counts as original; the failure shows when it is read. */
enum maildir_content maildir_content(int fd, const char *name);

/*
 * Passes the message in an open file to take. A file that a reader has compressed with gzip is decompressed, unless it
 * has the size in its name. Returns false with errno set: EBADMSG if the compressed data is damaged.
 */
bool maildir_content_pass(int fd, const char *name, void (*take)(void *context, const char *bytes, size_t length),
    void *context);

/* Returns the size of the message in an open file, as its compressed form or its file gives it. */
uint64_t maildir_content_size(int fd, const char *name);

/* Returns whether maildir_content_pass succeeds, as far as compression can make it fail. */
bool maildir_content_is_sound(int fd, const char *name);

#endif
