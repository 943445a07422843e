#ifndef MAILHAUL_DELIVER_MBOX_READ_H
#define MAILHAUL_DELIVER_MBOX_READ_H

#include <stdbool.h>

struct archive_reader;
struct destination_settings;
struct error;

/*
 * Passes to reader the messages of an mbox without the quoting (deliver/mboxrd). It takes no lock, but sets
 * reader->changed if the file was written meanwhile. See destination_ops.read.
 */
bool mbox_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);

/* Reads a file that the caller has opened and locked. Syncs nothing. */
bool mbox_read_file(int fd, const char *path, struct archive_reader *reader, struct error *err);

#endif
