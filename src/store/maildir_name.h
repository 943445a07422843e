#ifndef MAILHAUL_STORE_MAILDIR_NAME_H
#define MAILHAUL_STORE_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Names of Maildir files: SECONDS.mh-AAAAAAAA-IIIIIIIIIIIIIIIIIIIIIIII.MMICROSECONDS.HOST, where A stands for the
 * account and I for account, maildrop and UID (hexadecimal digits of SHA-256). The same message always
 * has the same middle part, whatever flags a reader adds behind it.
 */

enum {
	MAILDIR_IDENTITY_DIGITS = 24,
	MAILDIR_ACCOUNT_DIGITS = 8,
	MAILDIR_NAME_SIZE = 192, /* of a buffer for a name */
};

/* What the names of a run have in common; account and maildrop are the caller's. */
struct maildir_names {
	const char *account, *maildrop;
	char account_digits[MAILDIR_ACCOUNT_DIGITS + 1];
	char end[128];
};

/* The microseconds tell two runs of the same second apart. */
void maildir_names_start(struct maildir_names *n, const char *account, const char *maildrop, unsigned microseconds);

/* The name for a message. */
void maildir_name_make(const struct maildir_names *n, const char *uid, int64_t now, char out[MAILDIR_NAME_SIZE]);

/* The middle part's digits for a message. */
void maildir_name_identity(const char *account, const char *maildrop, const char *uid,
    char out[MAILDIR_IDENTITY_DIGITS + 1]);

/* Whether a file was named by this account; then identity (unless NULL) gets its digits. */
bool maildir_name_is_own(const char *name, const char *account, char identity[MAILDIR_IDENTITY_DIGITS + 1]);

/* Whether any account gave a file this name. */
bool maildir_name_is_any(const char *name);

/* Octets of a message as stored, and as they would be with CRLF line ends (Dovecot's S= and W=). */
struct maildir_size {
	uint64_t octets;
	uint64_t crlf_octets;
	bool cr; /* the last octet was CR */
};

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length);

#endif
