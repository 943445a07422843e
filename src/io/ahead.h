#ifndef MAILHAUL_IO_AHEAD_H
#define MAILHAUL_IO_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "io/channel.h"

struct buf;
struct error;

/* Reads from a channel in a separate thread while the owner of the channel waits for a disk. */
struct ahead;

/*
 * Starts to append received data to `into`, up to `most` bytes. Until ahead_end, the caller must not use the channel
 * or `into`. Returns NULL, and reads nothing, if the system cannot start a thread.
 */
struct ahead *ahead_start(struct channel channel, struct buf *into, size_t most);

/*
 * Stops reading, frees *a and sets it to NULL; *a may be NULL. Returns CHANNEL_END or CHANNEL_FAILED if the channel
 * reported that after the last data, with *err set on failure. Otherwise returns CHANNEL_DONE.
 */
enum channel_status ahead_end(struct ahead **a, struct error *err);

#endif
