#ifndef MAILHAUL_DELIVER_MBOX_SPOOL_H
#define MAILHAUL_DELIVER_MBOX_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/large_file.h"

struct error;

enum {
	MBOX_SPOOL_MEMORY = 8 * 1024 * 1024, /* maximum bytes kept in memory */
	MBOX_SPOOL_BATCH = 4 * 1024 * 1024,  /* bytes that end a batch; its last message usually still fits in memory */
};

/*
 * The storage of a batch before it is appended to an mbox. A small batch is in memory, a larger one in a nameless file
 * beside the mbox. So the mbox is locked and changed only for messages that have arrived completely. {.fd = -1} is
 * empty.
 */
struct mbox_spool {
	char *memory; /* MBOX_SPOOL_MEMORY bytes, or NULL before the first use */
	int fd;	      /* -1: all of the batch is in memory */
	uint64_t length;
	struct large_file out;
};

/* Adds bytes. A file may be created in directory. Sets ERROR_STORAGE. */
bool mbox_spool_add(struct mbox_spool *s, const char *directory, const char *bytes, size_t length, struct error *err);

/* Appends the spool to fd, whose file has `size` bytes. Returns false with errno set. */
bool mbox_spool_copy(struct mbox_spool *s, int fd, uint64_t size);

/* Cuts the spool back to its first `length` bytes. */
bool mbox_spool_cut(struct mbox_spool *s, uint64_t length, struct error *err);

/* Empties the spool. */
void mbox_spool_clear(struct mbox_spool *s);
void mbox_spool_free(struct mbox_spool *s);

#endif
