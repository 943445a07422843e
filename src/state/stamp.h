#ifndef MAILHAUL_STATE_STATE_STAMP_H
#define MAILHAUL_STATE_STATE_STAMP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The stamp at the start of the lock file of a state; a note about the last run follows it (state/last_run). It
 * identifies the file that the last run left, by device, inode, time of its
 * last change, and size. A file that was restored, copied or changed by another program does not match, and may be
 * older than the mail. The stamp is never synced: if it is lost, a run searches the destination needlessly. These
 * functions cannot fail, and do not change the times of the lock file.
 */

enum { STAMP_SIZE = 128 }; /* bytes of the lock file that belong to the stamp */

/*
 * Writes bytes into the lock file at once, so that a kill leaves the old or the new ones, and keeps the file's times:
 * its modification time is the end of the last run.
 */
void state_stamp_put(int lock_fd, const char *bytes, size_t length, size_t offset);

/* Returns whether the state at this path is the one that the last run left. */
bool state_stamp_fits(int lock_fd, const char *path);

/* Returns whether there is a stamp. */
bool state_stamp_is_there(int lock_fd);

/* Writes the stamp. The state at this path must be closed and record all messages in the destination. */
void state_stamp_leave(int lock_fd, const char *path);

/* Removes the stamp, so that no state matches until the next state_stamp_leave. */
void state_stamp_drop(int lock_fd);

#endif
