#ifndef MAILHAUL_TESTS_MBOX_SCENE_H
#define MAILHAUL_TESTS_MBOX_SCENE_H

#include "base/buf.h"
#include "fuzz.h"
#include "deliver/mbox_intent.h"

enum scene_flags {
	SCENE_OTHERS = 3, /* who wrote behind us: nobody, or one of these */
	SCENE_CAREFUL = 1, /* a program that looks for a line end first */
	SCENE_CARELESS = 2, /* one that does not */
	SCENE_RAW = 3,	  /* the rest of the input */
	SCENE_DAMAGED = 4, /* the intent is not what it was */
	SCENE_CHANGED = 8, /* one octet of the file is another one */
	SCENE_NULS = 16,   /* the crash left NULs in place of a part of what was appended */
	SCENE_DEVICE = 32, /* the device has another number by now */
	SCENE_INODE = 64,  /* and the file */
	SCENE_BEFORE = 128, /* what was there before us is not what it was, but for its last two octets */
};

/* An mbox that a crash left in the middle of an append. */
struct scene {
	unsigned flags;
	size_t written, gap; /* octets that were written, the gap before the batch included */
	struct buf before;   /* the file as the crash and others left it */
	struct buf batch;
	struct mbox_intent intent;
};

/* The message that other programs append. */
extern const char scene_foreign[];

/* Makes it from an input; see fuzz-mbox-tail.c. The file is "mbox" in fuzz_directory. */
void scene_make(struct scene *s, struct input *in);
void scene_free(struct scene *s);

#endif
