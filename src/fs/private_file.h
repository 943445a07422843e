#ifndef MAILHAUL_FS_PRIVATE_FILE_H
#define MAILHAUL_FS_PRIVATE_FILE_H

#include <stdbool.h>

struct stat;

enum { PRIVATE_FILE_HINT = 320 };

/* Who, besides the owner, must not have access to a file. */
enum private_from {
	PRIVATE_FROM_ALL,   /* nobody else; for passwords */
	PRIVATE_FROM_WORLD, /* a group may have access; for keys, which some systems distribute that way */
};

/*
 * Returns whether the permissions of a file are good enough for a secret. `path` names the file, and `st` describes it.
 * Anything but a regular file is accepted. More permissions are accepted where the user cannot change them, or where
 * others decide who can get at the file: on a read-only mount, in /run/secrets, and for a file of root that a group
 * may read. If the file is not accepted, writes what its user can do to hint.
 */
bool private_file(const char *path, const struct stat *st, enum private_from from, char hint[PRIVATE_FILE_HINT]);

#endif
