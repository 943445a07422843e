#ifndef SUPPORT_WHOLE_FILE_H
#define SUPPORT_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Puts LEN octets into PATH, whole or not at all: written beside it, then renamed over it.
 * Complains on stderr and returns false when that fails. */
bool whole_file_write(const char *path, const void *data, size_t len, mode_t mode);

/* Makes the directory PATH unless it is there; its parent has to exist. Complains like the above. */
bool whole_file_make_directory(const char *path, mode_t mode);

#endif
