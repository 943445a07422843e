#ifndef MAILHAUL_IO_AHEAD_H
#define MAILHAUL_IO_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "io/channel.h"

struct buf;
struct error;

/* Reads from a channel in a thread of its own, while the thread that owns it waits for a disk. */
struct ahead;

/*
 * Starts to append what arrives to `into`, up to `most` octets. Until ahead_end nobody else may use
 * the channel or `into`. NULL when the system refuses: nothing is read then.
 */
struct ahead *ahead_start(struct channel channel, struct buf *into, size_t most);

/*
 * Ends it, frees *a and sets it to NULL; NULL is accepted. CHANNEL_END or CHANNEL_FAILED with *err when
 * the channel said so behind what was read, else CHANNEL_DONE.
 */
enum channel_status ahead_end(struct ahead **a, struct error *err);

#endif
