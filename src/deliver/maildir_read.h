#ifndef MAILHAUL_DELIVER_MAILDIR_READ_H
#define MAILHAUL_DELIVER_MAILDIR_READ_H

#include <stdbool.h>

struct archive_reader;
struct destination_settings;
struct error;

/*
 * Gives the messages of a Maildir, of the Maildirs in it (Maildir++), of that which it is in, and of those
 * beside it. A directory of these others that cannot be read is left out. See destination_ops.read.
 */
bool maildir_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);

#endif
