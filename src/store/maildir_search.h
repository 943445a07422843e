#ifndef MAILHAUL_STORE_MAILDIR_SEARCH_H
#define MAILHAUL_STORE_MAILDIR_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

struct destination_finder;
struct error;

/*
 * Tells finder of the account's files in new/ and cur/, and in those of Maildirs in it and beside it, that were
 * delivered since a time, wherever a reader moves them meanwhile; files and folders are on stable storage when
 * it returns. The account's files in tmp/ are removed. root is the Maildir's folder. ERROR_STORAGE, or what finder
 * says.
 */
bool maildir_search(int root, const char *account, int64_t since, const struct destination_finder *finder,
    struct error *err);

#endif
