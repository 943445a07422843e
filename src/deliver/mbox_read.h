#ifndef MAILHAUL_DELIVER_MBOX_READ_H
#define MAILHAUL_DELIVER_MBOX_READ_H

#include <stdbool.h>

struct archive_reader;
struct destination_settings;
struct error;

/*
 * Gives the messages of an mbox as they were before they were quoted (deliver/mboxrd). No lock is taken;
 * reader->changed is set instead when the file was written meanwhile. See destination_ops.read.
 */
bool mbox_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);

/* The same of a file that is open and locked by the caller. Nothing is synced. */
bool mbox_read_file(int fd, const char *path, struct archive_reader *reader, struct error *err);

#endif
