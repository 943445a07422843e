#ifndef MAILHAUL_DELIVER_MAILDIR_SEARCH_H
#define MAILHAUL_DELIVER_MAILDIR_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

struct destination_finder;
struct destination_settings;
struct error;

/*
 * Passes to finder the account's files that were delivered since a time. It searches new/ and cur/ of the Maildir, and
 * of the Maildirs in it and beside it, except where maildir_is_others holds. It finds files that a reader moves
 * meanwhile. It also passes files of any name that were changed since that time, unless the time is 0. Files and
 * directories are on stable storage when it returns. It removes the account's files in tmp/. root is the Maildir's
 * directory. Sets ERROR_STORAGE, or the error of finder.
 */
bool maildir_search(int root, const struct destination_settings *settings, int64_t since,
    const struct destination_finder *finder, struct error *err);

/*
 * Returns whether a Maildir, an open directory, belongs to an account with the same name but another state, by its
 * label.
 */
bool maildir_is_others(int maildir, const struct destination_settings *settings);

#endif
