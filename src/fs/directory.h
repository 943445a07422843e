#ifndef MAILHAUL_FS_DIRECTORY_H
#define MAILHAUL_FS_DIRECTORY_H

#include <stdbool.h>

struct error;

/* Makes a directory with mode 0700, and those above it, each durable; one that exists is left as it is. */
bool directory_make(const char *path, struct error *err);

/*
 * Whether directory_make would succeed and files could be written there, as far as that can be told without
 * changing anything: looks at the directory, or, where it is missing, at the nearest one above it.
 */
bool directory_probe(const char *path, struct error *err);

/* Puts a directory's names on stable storage. */
bool directory_sync(const char *path, struct error *err);

/* The same of an open one. False with errno. */
bool directory_sync_open(int fd);

/* The same for every directory above path: those who made it may not have come to that. */
bool directory_sync_above(const char *path, struct error *err);

/* The directory that holds path; the caller frees it. */
char *directory_of(const char *path);

/* The topmost directory of the filesystem that path is on, or would be on; the caller frees it. */
char *directory_mount(const char *path);

#endif
