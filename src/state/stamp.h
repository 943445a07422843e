#ifndef MAILHAUL_STATE_STATE_STAMP_H
#define MAILHAUL_STATE_STATE_STAMP_H

#include <stdbool.h>

/*
 * The stamp in the lock file of a state. It identifies the file that the last run left, by device, inode, time of its
 * last change, and size. A file that was restored, copied or changed by another program does not match, and may be
 * older than the mail. The stamp is never synced: if it is lost, a run searches the destination needlessly. These
 * functions cannot fail, and do not change the times of the lock file.
 */

/* Returns whether the state at this path is the one that the last run left. */
bool state_stamp_fits(int lock_fd, const char *path);

/* Returns whether there is a stamp. */
bool state_stamp_is_there(int lock_fd);

/* Writes the stamp. The state at this path must be closed and record all messages in the destination. */
void state_stamp_leave(int lock_fd, const char *path);

/* Removes the stamp, so that no state matches until the next state_stamp_leave. */
void state_stamp_drop(int lock_fd);

#endif
