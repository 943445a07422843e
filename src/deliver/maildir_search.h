#ifndef MAILHAUL_DELIVER_MAILDIR_SEARCH_H
#define MAILHAUL_DELIVER_MAILDIR_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

struct destination_finder;
struct destination_settings;
struct error;

/*
 * Tells finder of the account's files in new/ and cur/, and in those of Maildirs in it and beside it (but not of those that
 * maildir_is_others tells of), that were delivered since a time, wherever a reader moves them meanwhile; files and directories
 * are on stable storage when it returns. The account's files in tmp/ are removed. root is the Maildir's directory.
 * ERROR_STORAGE, or what finder says.
 */
bool maildir_search(int root, const struct destination_settings *settings, int64_t since,
    const struct destination_finder *finder, struct error *err);

/* Whether the label of an open directory says that a Maildir belongs to an account of this name with another state. */
bool maildir_is_others(int maildir, const struct destination_settings *settings);

#endif
