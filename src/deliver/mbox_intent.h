#ifndef MAILHAUL_DELIVER_MBOX_INTENT_H
#define MAILHAUL_DELIVER_MBOX_INTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

enum {
	MBOX_HEAD_MOST = 512,
	MBOX_INTENT_MOST = 4096, /* maximum messages of an intent, several times a batch (transfer/batch) */
};

/* A message as it is written to the mbox, with its From_ line and closing blank line. */
struct mbox_extent {
	uint64_t length;
	unsigned char sha256[DIGEST_SIZE];
	size_t head_length;
	char head[MBOX_HEAD_MOST]; /* its first bytes, to recognize an incomplete copy */
};

/* The messages about to be appended: consecutive extents from offset on. */
struct mbox_intent {
	char *path;
	uint64_t offset;
	uint64_t device, inode;
	struct mbox_extent *extents;
	size_t count;
};

void mbox_intent_free(struct mbox_intent *intent);

#endif
