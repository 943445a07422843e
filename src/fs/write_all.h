#ifndef MAILHAUL_FS_WRITE_ALL_H
#define MAILHAUL_FS_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all bytes, with several calls of write(2) if necessary. Returns false with errno set. */
bool write_all(int fd, const char *bytes, size_t length);

#endif
