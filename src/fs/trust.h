#ifndef MAILHAUL_FS_TRUST_H
#define MAILHAUL_FS_TRUST_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct stat;

/*
 * Decides whether other users can change a file or directory. root and the user of this process are trusted. A group is
 * trusted if it is root's, or if nobody but the owner is in it, as with umask 002. On a read-only mount, and for files
 * in /run/secrets that nobody may write, whoever made the mount has decided.
 */

/*
 * Returns whether only trusted users can change or replace what is at `path`. st describes it, or is NULL if nothing is
 * there, which concerns the nearest directory above. All directories above count, up to the user's home directory;
 * sticky ones may be writable. Sets ERROR_STORAGE with a cause that names the file or directory, and a hint.
 */
bool trust_path(const char *path, const struct stat *st, struct error *err);

/*
 * The same for a file that messages call by `what` and its path. The error has the given kind, and says that the file
 * cannot be trusted.
 */
bool trust_file(enum error_kind kind, const char *what, const char *path, const struct stat *st, struct error *err);

/*
 * Opens a file to write to, as open(2) does, and marks it close-on-exec. It does not follow a link of an untrusted user,
 * and does not wait for a FIFO. An untrusted user's file in a directory that everybody can write is refused. For root,
 * the file must belong to root, have one name, and be below directories of root. Returns -1 on failure. errno is 0 if
 * the file is refused and *err says why; otherwise *err is unchanged.
 */
int trust_open(const char *path, int flags, mode_t mode, struct error *err);

/* Opens a directory in the same way. For root, trust_directory must hold. */
int trust_open_directory(const char *path, struct error *err);

/*
 * Return whether this process may write in a directory, or make and write a file: it is not root, or the directories
 * above belong to root, as for trust_path and trust_open. Call them before anything is made there. Set ERROR_STORAGE.
 */
bool trust_directory(const char *path, struct error *err);
bool trust_place(const char *path, struct error *err);

/* Returns whether the file is on a read-only mount. */
bool trust_is_read_only(const char *path);

/* Returns whether the file is in the directory in which container engines provide secrets. */
bool trust_is_provided(const char *path);

#endif
