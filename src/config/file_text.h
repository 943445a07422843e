#ifndef MAILHAUL_CONFIG_FILE_TEXT_H
#define MAILHAUL_CONFIG_FILE_TEXT_H

#include <stdbool.h>

struct buf;
struct problems;

/*
 * Reads a complete configuration file, without a byte order mark. *exposed becomes whether other users can read the
 * file. Returns false and adds a problem if it cannot be read, or is not text in UTF-8 or a superset of ASCII.
 */
bool file_text_read(const char *path, struct buf *text, bool *exposed, struct problems *problems);

#endif
