#ifndef MAILHAUL_TESTS_MBOX_SCENE_H
#define MAILHAUL_TESTS_MBOX_SCENE_H

#include "base/buf.h"
#include "fuzz.h"
#include "deliver/mbox_intent.h"

enum scene_flags {
	SCENE_OTHERS = 3,   /* mask: who wrote after us; 0: nobody, or one of the next three */
	SCENE_CAREFUL = 1,  /* a program that checks for a line end first */
	SCENE_CARELESS = 2, /* a program that does not check */
	SCENE_RAW = 3,	    /* the rest of the input */
	SCENE_DAMAGED = 4,  /* the intent has been changed */
	SCENE_CHANGED = 8,  /* one octet of the file has been changed */
	SCENE_NULS = 16,    /* the crash left NULs in place of a part of the append */
	SCENE_DEVICE = 32,  /* the device has another number now */
	SCENE_INODE = 64,   /* the file has another inode now */
	SCENE_BEFORE = 128, /* the earlier content has been changed, except its last two octets */
};

/* An mbox after a crash during an append. */
struct scene {
	unsigned flags;
	size_t written, gap; /* octets written, including the gap before the batch */
	struct buf before;   /* the file as the crash and others left it */
	struct buf batch;
	struct mbox_intent intent;
};

/* The message that other programs append. */
extern const char scene_foreign[];

/* Makes a scene from an input; see fuzz-mbox-tail.c. The file is "mbox" in fuzz_directory. */
void scene_make(struct scene *s, struct input *in);
void scene_free(struct scene *s);

#endif
