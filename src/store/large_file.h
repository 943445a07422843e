#ifndef MAILHAUL_STORE_LARGE_FILE_H
#define MAILHAUL_STORE_LARGE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { LARGE_FILE_BLOCK = 1024 * 1024 }; /* what goes to the disk at a time; less is not worth it */

/*
 * Writes a new file past the system's cache: what is written and not read again soon costs the processor and the
 * memory of others more there than it is worth. {0} is none; its block is kept from one file to the next.
 */
struct large_file {
	int fd; /* the caller's */
	bool past_cache; /* still */
	char *block;
	size_t filled;
};

/* Begins to write at the beginning of fd. False, and nothing is changed, where the system cannot do this. */
bool large_file_begin(struct large_file *l, int fd);

/* Appends. False with errno set. */
bool large_file_add(struct large_file *l, const char *bytes, size_t length);

/* Writes what is left; as with write(2), only a sync makes it durable. False with errno set. */
bool large_file_end(struct large_file *l);

void large_file_free(struct large_file *l);

#endif
