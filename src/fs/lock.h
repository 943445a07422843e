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
 * Checks that PATH.lock can be created. A missing directory counts as success, because it is made first. Sets
 * ERROR_STORAGE if files cannot be created in the directory, as in /var/mail on some systems.
 */
bool lock_dot_check(const char *path, struct error *err);

/*
 * Takes the dot lock PATH.lock of an mbox, which programs without fcntl locks understand. It starts with "PID:HOST".
 * A stale lock (fs/stale) is removed. Unless its owner is known to be dead, it is removed only after it has not
 * changed for two seconds. Do not call it while this process holds the lock: its own lock counts as stale. Sets
 * ERROR_LOCKED or ERROR_STORAGE.
 */
bool lock_dot(const char *path, deadline until, struct error *err);

/* Removes PATH.lock if this process still owns it. */
void unlock_dot(const char *path);

#endif
