#ifndef MAILHAUL_FS_DIRECTORY_H
#define MAILHAUL_FS_DIRECTORY_H

#include <stdbool.h>

struct error;

/*
 * Makes a directory and the missing directories above it, each with mode 0700 and synced to stable storage. An
 * existing directory is not changed. Sets ERROR_STORAGE.
 */
bool directory_make(const char *path, struct error *err);

/*
 * Checks, without changing anything, whether directory_make would succeed and files could be written in the
 * directory. If the directory is missing, it checks the nearest existing directory above it. Sets ERROR_STORAGE.
 */
bool directory_probe(const char *path, struct error *err);

/* Syncs a directory, and with it the names of its files, to stable storage. Sets ERROR_STORAGE. */
bool directory_sync(const char *path, struct error *err);

/* Syncs an open directory. Returns false with errno set. */
bool directory_sync_open(int fd);

/*
 * Syncs every directory above `path` that the user can write. A run that made one of them may have ended before it
 * synced it.
 */
bool directory_sync_above(const char *path, struct error *err);

/* Returns the directory for temporary files that may be large: $TMPDIR, or /var/tmp. */
const char *directory_for_spools(void);

/* Returns the directory that contains `path`. The caller frees it. */
char *directory_of(const char *path);

/* Returns the topmost directory of the filesystem that `path` is on or would be on. The caller frees it. */
char *directory_mount(const char *path);

#endif
