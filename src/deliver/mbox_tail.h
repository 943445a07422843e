#ifndef MAILHAUL_DELIVER_MBOX_TAIL_H
#define MAILHAUL_DELIVER_MBOX_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mbox_extent;
struct mbox_file;

/*
 * Decides who wrote the content after an offset of an mbox, after a failed append. A power loss or a full disk may
 * leave less than intended, with NULs in place of any part. Of each message its length, its SHA-256 and its first
 * MBOX_HEAD_MOST bytes are known. Whether a message is complete is certain. The part of an incomplete one after its
 * head can only be searched for From_ lines of other programs. All functions return false with errno set if the file
 * cannot be read.
 */

/* Sets *same to whether exactly this extent is at offset `at`. */
bool mbox_tail_holds(const struct mbox_file *f, uint64_t at, const struct mbox_extent *e, bool *same);

/*
 * Sets *ours to whether everything from `at` to the end was left by an append of these extents, the first of which is
 * incomplete, and by no other program. That requires the following. It is not longer than all extents. Each known byte
 * is the intended one or NUL. No other From_ line begins in it. An extent with its full length is complete or has lost
 * bytes to NULs. No later extent is complete in the place of the first. The function cannot detect that a reader has
 * shortened the last message after its head.
 */
bool mbox_tail_is_ours(const struct mbox_file *f, uint64_t at, const struct mbox_extent *rest, size_t count,
    bool *ours);

/* Searches the file for exactly this extent, at the start of a line. */
bool mbox_tail_find(const struct mbox_file *f, const struct mbox_extent *e, uint64_t *at, bool *found);

/* Sets *is_nul to whether the file consists of NULs from offset `at` on. */
bool mbox_tail_is_nul(const struct mbox_file *f, uint64_t at, bool *is_nul);

/* Sets *octet to the byte before offset `at`, or to '\n' at the start of the file. */
bool mbox_tail_before(const struct mbox_file *f, uint64_t at, char *octet);

#endif
