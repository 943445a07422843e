#ifndef MAILHAUL_FS_FOLDER_H
#define MAILHAUL_FS_FOLDER_H

#include <stdbool.h>

struct error;

/* Makes a folder with mode 0700, and those above it, each durable; one that exists is left as it is. */
bool folder_make(const char *path, struct error *err);

/*
 * Whether folder_make would succeed and files could be written there, as far as that can be told without
 * changing anything: looks at the folder, or, where it is missing, at the nearest one above it.
 */
bool folder_probe(const char *path, struct error *err);

/* Puts a folder's names on stable storage. */
bool folder_sync(const char *path, struct error *err);

/* The same of an open one. False with errno. */
bool folder_sync_open(int fd);

/* The same for every folder above path: those who made it may not have come to that. */
bool folder_sync_above(const char *path, struct error *err);

/* The folder that holds path; the caller frees it. */
char *folder_of(const char *path);

/* The topmost folder of the filesystem that path is on, or would be on; the caller frees it. */
char *folder_mount(const char *path);

#endif
