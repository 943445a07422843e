#ifndef MAILHAUL_FS_LOCK_H
#define MAILHAUL_FS_LOCK_H

#include <stdbool.h>

#include "io/deadline.h"

struct error;

/*
 * Takes an exclusive fcntl lock on the whole file, waiting for it until the deadline. The lock ends
 * with the process or when any descriptor of the file is closed. ERROR_LOCKED when somebody else
 * keeps it, ERROR_STORAGE when the filesystem has no locks.
 */
bool lock_file(int fd, const char *path, deadline until, struct error *err);

/*
 * Whether the file could be locked at all, which is so if somebody else has it locked just now.
 * ERROR_STORAGE when the filesystem has no locks. Only for a file that this process has not locked:
 * closing `fd` ends all its locks.
 */
bool lock_check(int fd, const char *path, struct error *err);

/* Whether another process has the file locked just now, as lock_file does it; takes nothing. False: no such file. */
bool lock_is_held(const char *path);

/*
 * Whether PATH.lock may be made, or a directory for it first. ERROR_STORAGE where it may not, as in /var/mail on systems
 * that let no user make files there.
 */
bool lock_dot_check(const char *path, struct error *err);

/*
 * Takes PATH.lock beside an mbox, the way that programs without fcntl locks understand; it begins with
 * "PID:HOST". A lock that was left behind (fs/stale) is removed; unless its owner is proved to be dead, only after
 * it has not changed for two seconds. Not for a file that this process has locked: it would get it again.
 */
bool lock_dot(const char *path, deadline until, struct error *err);

/* Removes it if it is still ours. */
void unlock_dot(const char *path);

#endif
