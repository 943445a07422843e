#ifndef MAILHAUL_FS_LARGE_FILE_H
#define MAILHAUL_FS_LARGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LARGE_FILE_BLOCK = 1024 * 1024 }; /* what goes to the disk at a time; less is not worth it */

/*
 * Writes to a file's end past the system's cache: what is written and not read again soon costs the processor and the
 * memory of others more there than it is worth. {0} is none; its block is kept from one file to the next.
 */
struct large_file {
	int fd; /* the caller's */
	bool past_cache; /* still */
	char *block;
	size_t lead, filled; /* what the block holds: from lead, which is less than a sector, on */
};

/*
 * Begins to write about so many octets at the end of fd, which has `size`. False, and what is added goes through the
 * cache, if they fill no block or the system cannot do better.
 */
bool large_file_begin(struct large_file *l, int fd, uint64_t size, uint64_t octets);

/* Appends. False with errno set. */
bool large_file_add(struct large_file *l, const char *bytes, size_t length);

/* Writes what is left; as with write(2), only a sync makes it durable. False with errno set. */
bool large_file_end(struct large_file *l);

void large_file_free(struct large_file *l);

#endif
