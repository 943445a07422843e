#ifndef MAILHAUL_DELIVER_MBOX_TAIL_H
#define MAILHAUL_DELIVER_MBOX_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mbox_extent;
struct mbox_file;

/*
 * What follows an offset of an mbox after a failed append: whose is it? A power loss or a full disk may
 * leave less than was meant, and NULs in place of any part of it. Known of each message are its length,
 * its SHA-256 and its first MBOX_HEAD_MOST octets; whether it is whole is certain, and of a torn one,
 * what follows its head can only be searched for the From_ lines of others. All functions return false
 * with errno set when the file cannot be read.
 */

/* Sets *same to whether this extent is at offset `at`, octet for octet. */
bool mbox_tail_holds(const struct mbox_file *f, uint64_t at, const struct mbox_extent *e, bool *same);

/*
 * Sets *ours to whether everything from `at` to the end was left by an append of these extents, the
 * first of which is not whole, and by nobody else: it is not longer than all of them, each octet that
 * is known is the meant one or NUL, no other From_ line begins in it, an extent that has its length is
 * whole or has lost octets to NULs, and a later one is not whole in the place of the first. What this
 * cannot tell: that a reader has made the last message shorter after its head.
 */
bool mbox_tail_is_ours(const struct mbox_file *f, uint64_t at, const struct mbox_extent *rest, size_t count, bool *ours);

/* Looks in the whole file for this extent, octet for octet, at the beginning of a line. */
bool mbox_tail_find(const struct mbox_file *f, const struct mbox_extent *e, uint64_t *at, bool *found);

/* Sets *is_nul to whether nothing but NULs is in the file from offset `at` on. */
bool mbox_tail_is_nul(const struct mbox_file *f, uint64_t at, bool *is_nul);

/* Sets *octet to the one before offset `at`, or to '\n' at the beginning of the file. */
bool mbox_tail_before(const struct mbox_file *f, uint64_t at, char *octet);

#endif
