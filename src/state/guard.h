#ifndef MAILHAUL_STATE_GUARD_H
#define MAILHAUL_STATE_GUARD_H

#include <stdbool.h>

struct error;

/*
 * Checks that no untrusted user (fs/trust) can change the files of a state. A changed state could make a run delete
 * messages that it never fetched. The functions succeed for what does not exist. They set ERROR_STORAGE.
 */

/* Checks the directory. */
bool state_guard_directory(const char *directory, struct error *err);

/* Checks a database with its journals, or a lock file, in a directory that was checked. A link is refused. */
bool state_guard_file(const char *path, const char *what, struct error *err);

#endif
