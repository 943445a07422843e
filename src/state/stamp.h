#ifndef MAILHAUL_STATE_STATE_STAMP_H
#define MAILHAUL_STATE_STATE_STAMP_H

#include <stdbool.h>

/*
 * The stamp in the lock file of a state: which file the last run left behind (device, inode, time
 * of its last change, size). A file that was restored, copied or changed by somebody else does not
 * fit it, and may be older than the mail. The stamp is never synced: one that is lost only makes a
 * run look. None of these fails, and none changes the times of the lock file.
 */

/* Whether the state at this path is the one that the last run left. */
bool state_stamp_fits(int lock_fd, const char *path);

/* Whether there is a stamp at all. */
bool state_stamp_is_there(int lock_fd);

/* The state at this path is closed, and what is at the destination is in it. */
void state_stamp_leave(int lock_fd, const char *path);

/* From now on no state fits, until the next state_stamp_leave. */
void state_stamp_drop(int lock_fd);

#endif
