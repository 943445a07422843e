#ifndef MAILHAUL_CONFIG_FILE_TEXT_H
#define MAILHAUL_CONFIG_FILE_TEXT_H

#include "fs/private_file.h"

struct problems;
struct secret;

/*
 * Reads a complete configuration file into memory that is wiped when the caller frees it, because the file may contain
 * passwords. If other users can read the file, `exposed` says what to do about it; otherwise it is empty. Returns NULL
 * and adds a problem if the file cannot be read, or is not text in UTF-8 or a superset of ASCII.
 */
struct secret *file_text_read(const char *path, char exposed[PRIVATE_FILE_HINT], struct problems *problems);

#endif
