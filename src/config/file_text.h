#ifndef MAILHAUL_CONFIG_FILE_TEXT_H
#define MAILHAUL_CONFIG_FILE_TEXT_H

#include <stdbool.h>

#include "fs/private_file.h"

struct buf;
struct problems;

/*
 * Reads a complete configuration file, without a byte order mark. If other users can read the file, `exposed` says
 * what to do about it; otherwise it is empty. Returns false and adds a problem if it cannot be read, or is not text
 * in UTF-8 or a superset of ASCII.
 */
bool file_text_read(const char *path, struct buf *text, char exposed[PRIVATE_FILE_HINT], struct problems *problems);

#endif
