#ifndef MAILHAUL_DELIVER_MBOX_SPOOL_H
#define MAILHAUL_DELIVER_MBOX_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fs/large_file.h"

struct error;

enum {
	MBOX_SPOOL_MEMORY = 8 * 1024 * 1024, /* octets that stay in memory */
	MBOX_SPOOL_BATCH = 4 * 1024 * 1024,  /* a batch ends behind so many: the last of its messages mostly fits, too */
};

/*
 * Where a batch waits before it is appended to an mbox: in memory while it is small, else in a
 * nameless file beside the mbox. So an mbox is locked and touched only for messages that have
 * arrived whole. {.fd = -1} is an empty one.
 */
struct mbox_spool {
	char *memory; /* of MBOX_SPOOL_MEMORY octets, once there were any */
	int fd;	      /* -1: all of it is in memory */
	uint64_t length;
	struct large_file out;
};

/* Adds octets; directory is where a file may be made. ERROR_STORAGE. */
bool mbox_spool_add(struct mbox_spool *s, const char *directory, const char *bytes, size_t length, struct error *err);

/* Appends all of it to fd, which has `size` octets. Returns false with errno set. */
bool mbox_spool_copy(struct mbox_spool *s, int fd, uint64_t size);

/* Cuts it back to the first `length` octets. */
bool mbox_spool_cut(struct mbox_spool *s, uint64_t length, struct error *err);

/* Empties it. */
void mbox_spool_clear(struct mbox_spool *s);
void mbox_spool_free(struct mbox_spool *s);

#endif
