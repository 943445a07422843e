#ifndef MAILHAUL_FS_LARGE_FILE_H
#define MAILHAUL_FS_LARGE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LARGE_FILE_BLOCK = 1024 * 1024 }; /* bytes per write; smaller writes are not worth it */

/*
 * Appends to a file with direct I/O, which bypasses the system's cache. Data that is written and not read again soon
 * costs more processor time and memory in the cache than it is worth. {0} is an unused large_file. The block is
 * reused for the next file.
 */
struct large_file {
	int fd;		 /* owned by the caller */
	bool past_cache; /* direct I/O is in use */
	char *block;
	size_t lead, filled; /* range of the block in use; lead is less than a sector */
};

/*
 * Starts to append about `octets` bytes to fd, whose size is `size`. Returns false, and large_file_add then uses the
 * cache, if the data does not fill a block or direct I/O is not available.
 */
bool large_file_begin(struct large_file *l, int fd, uint64_t size, uint64_t octets);

/* Appends bytes. Returns false with errno set. */
bool large_file_add(struct large_file *l, const char *bytes, size_t length);

/* Writes the remaining bytes. As with write(2), only a sync makes them durable. Returns false with errno set. */
bool large_file_end(struct large_file *l);

/* Frees the block. The file remains open. */
void large_file_free(struct large_file *l);

#endif
