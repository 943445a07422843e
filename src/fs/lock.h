#ifndef MAILHAUL_FS_LOCK_H
#define MAILHAUL_FS_LOCK_H

#include <stdbool.h>

#include "io/deadline.h"

struct error;

/*
 * Takes an exclusive fcntl lock on a complete file and waits for it until the deadline. The lock ends with the
 * process, or when the process closes any descriptor of the file. Sets ERROR_LOCKED if another process keeps the
 * lock, and ERROR_STORAGE if the filesystem does not support locks.
 */
bool lock_file(int fd, const char *path, deadline until, struct error *err);

/*
 * Checks that the file can be locked. A lock that another process holds counts as success. Sets ERROR_STORAGE if the
 * filesystem does not support locks. Do not call it for a file that this process has locked: closing `fd` releases
 * all its locks on the file.
 */
bool lock_check(int fd, const char *path, struct error *err);

/*
 * Returns whether another process holds a lock of lock_file. It takes no lock. Returns false if the file cannot be
 * opened.
 */
bool lock_is_held(const char *path);

/*
 * Takes both locks of an mbox that is open as fd: the dot lock PATH.lock, which starts with "PID:HOST", and the fcntl
 * lock. Other programs take the two in either order, so neither is kept while this process waits for the other.
 * A stale dot lock (fs/stale) is removed. Unless its owner is known to be dead, it is removed only after it has not
 * changed for two seconds. *dot is whether PATH.lock was made. It is not made if this process may not create files in
 * the directory, as in /var/mail on many systems; a PATH.lock of another program is then still waited for. Do not call
 * it while this process holds the dot lock: its own lock counts as stale. Sets ERROR_LOCKED or ERROR_STORAGE.
 */
bool lock_mbox(int fd, const char *path, deadline until, bool *dot, struct error *err);

/* Releases the locks of lock_mbox, the dot lock only if this process still owns it. The file stays open. */
void unlock_mbox(int fd, const char *path, bool dot);

/* Waits for a short random time between two attempts. Returns false after the deadline or an interruption. */
bool lock_pause(deadline until);

#endif
