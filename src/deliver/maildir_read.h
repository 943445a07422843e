#ifndef MAILHAUL_DELIVER_MAILDIR_READ_H
#define MAILHAUL_DELIVER_MAILDIR_READ_H

#include <stdbool.h>

struct archive_reader;
struct destination_settings;
struct error;

/*
 * Passes to reader the messages of a Maildir, of the Maildirs in it (Maildir++), of the Maildir that contains it, and
 * of those beside it. A directory of these others is skipped if it cannot be read. See destination_ops.read.
 */
bool maildir_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);

#endif
