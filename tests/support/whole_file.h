#ifndef SUPPORT_WHOLE_FILE_H
#define SUPPORT_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Writes LEN octets to PATH, completely or not at all: to a file beside it, which is then renamed. On failure
 * prints a message on stderr and returns false.
 */
bool whole_file_write(const char *path, const void *data, size_t len, mode_t mode);

/* Makes the directory PATH unless it exists; its parent has to exist. Reports failures in the same way. */
bool whole_file_make_directory(const char *path, mode_t mode);

#endif
