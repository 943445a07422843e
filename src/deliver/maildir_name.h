#ifndef MAILHAUL_DELIVER_MAILDIR_NAME_H
#define MAILHAUL_DELIVER_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

/*
 * Names of Maildir files: SECONDS.mh-AAAAAAAA-IIIIIIIIIIIIIIIIIIIIIIII.MMICROSECONDSQNUMBER.HOST, where A stands for the
 * account and I for account, maildrop and UID (hexadecimal digits of SHA-256). The same message always
 * has the same middle part, whatever flags a reader adds behind it. NUMBER counts the files of a run: no two of them
 * have one name, even if a server gives two messages the same UID one after the other.
 */

enum {
	MAILDIR_IDENTITY_DIGITS = 24,
	MAILDIR_ACCOUNT_DIGITS = 8,
	MAILDIR_MIDDLE_SIZE = 16, /* of buffers: for what is before the message's digits, */
	MAILDIR_END_SIZE = 128,	  /* for what is behind them, but for the number, */
	MAILDIR_NAME_SIZE = 2 * DECIMAL_MOST + 2 * MAILDIR_MIDDLE_SIZE + MAILDIR_IDENTITY_DIGITS + MAILDIR_END_SIZE,
	MAILDIR_SHORT_SIZE = 40, /* and for a name in tmp/, as long as Linux keeps one without an allocation of its own */
};

struct timespec;

/* What the names of a run have in common; account and maildrop are the caller's. */
struct maildir_names {
	const char *account, *maildrop;
	char middle[MAILDIR_MIDDLE_SIZE], time[MAILDIR_MIDDLE_SIZE], end[MAILDIR_END_SIZE];
	char before[MAILDIR_SHORT_SIZE]; /* the number, in tmp/ */
};

/* The time tells the runs apart. */
void maildir_names_start(struct maildir_names *n, const char *account, const char *maildrop, const struct timespec *now);

/* The name for a message, the run's number-th file. Returns its length. */
size_t maildir_name_make(const struct maildir_names *n, const char *uid, int64_t now, uint32_t number,
    char out[MAILDIR_NAME_SIZE]);

/* The name for a message of the run in tmp/: mh-AAAAAAAA-SECONDS-MICROSECONDS-NUMBER, in hexadecimal but for the number. */
void maildir_name_in_tmp(const struct maildir_names *n, uint32_t number, char out[MAILDIR_SHORT_SIZE]);

/* The middle part's digits for a message. */
void maildir_name_identity(const char *account, const char *maildrop, const char *uid,
    char out[MAILDIR_IDENTITY_DIGITS + 1]);

/* Whether a file was named by this account; then identity (unless NULL) gets its digits. */
bool maildir_name_is_own(const char *name, const char *account, char identity[MAILDIR_IDENTITY_DIGITS + 1]);

/* Whether this account gave a file in tmp/ its name, by that of the message or by a number. */
bool maildir_name_is_unfinished(const char *name, const char *account);

/* Whether any account gave a file this name. */
bool maildir_name_is_any(const char *name);

/* The octets behind ",KEY=" in a name; 0 without. */
uint64_t maildir_name_size(const char *name, char key);

/* Octets of a message as stored, and as they would be with CRLF line ends (Dovecot's S= and W=). */
struct maildir_size {
	uint64_t octets;
	uint64_t crlf_octets;
	bool cr; /* the last octet was CR */
};

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length);

#endif
