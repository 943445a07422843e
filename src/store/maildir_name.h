#ifndef MAILHAUL_STORE_MAILDIR_NAME_H
#define MAILHAUL_STORE_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Names of Maildir files: SECONDS.mh-AAAAAAAA-IIIIIIIIIIIIIIIIIIIIIIII.HOST, where A stands for the
 * account and I for account, maildrop and UID (hexadecimal digits of SHA-256). The same message always
 * has the same middle part, whatever flags a reader adds behind it.
 */

/* The name for a message; the caller frees it. */
char *maildir_name_make(const char *account, const char *maildrop, const char *uid, int64_t now);

/* Whether a file was named by this account. */
bool maildir_name_is_own(const char *name, const char *account);

/* Octets of a message as stored, and as they would be with CRLF line ends (Dovecot's S= and W=). */
struct maildir_size {
	uint64_t octets;
	uint64_t crlf_octets;
	bool cr; /* the last octet was CR */
};

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length);

/* The account's files of a Maildir, to be found by UID. */
struct maildir_names {
	struct maildir_names_entry *entries;
	size_t count, capacity;
	struct buf paths;
};

/* Adds folder/name if it is one of the account's, else does nothing. */
void maildir_names_add(struct maildir_names *n, const char *account, const char *folder, const char *name);

/* Sorts, after which find works. */
void maildir_names_sort(struct maildir_names *n);

/* "new/..." or "cur/..." of the message with this UID, or NULL. */
const char *maildir_names_find(const struct maildir_names *n, const char *account, const char *maildrop,
    const char *uid);

void maildir_names_free(struct maildir_names *n);

#endif
