#ifndef MAILHAUL_DELIVER_MAILDIR_NAME_H
#define MAILHAUL_DELIVER_MAILDIR_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

/*
 * The names of Maildir files: SECONDS.mh-AAAAAAAA-IIIIIIIIIIIIIIIIIIIIIIII.MMICROSECONDSQNUMBER.HOST, where A stands
 * for the account, and I for account, maildrop and UID (hexadecimal digits of SHA-256). The same message always has
 * the same middle part, whatever flags a reader appends. NUMBER counts the files of a run, so that no two have the
 * same name, even if a server gives two messages the same UID in succession.
 */

enum {
	MAILDIR_IDENTITY_DIGITS = 24,
	MAILDIR_ACCOUNT_DIGITS = 8,
	MAILDIR_MIDDLE_SIZE = 16, /* buffer for the part before the message's digits */
	MAILDIR_END_SIZE = 128,	  /* buffer for the host, after the number */
	MAILDIR_NAME_SIZE = 2 * DECIMAL_MOST + 2 * MAILDIR_MIDDLE_SIZE + MAILDIR_IDENTITY_DIGITS + MAILDIR_END_SIZE,
	MAILDIR_SHORT_SIZE = 40, /* buffer for a name in tmp/; Linux stores such a length without an extra allocation */
};

struct timespec;

/* The common parts of the names of a run. account and maildrop are the caller's. */
struct maildir_names {
	const char *account, *maildrop;
	char middle[MAILDIR_MIDDLE_SIZE], time[MAILDIR_MIDDLE_SIZE], end[MAILDIR_END_SIZE];
	char before[MAILDIR_SHORT_SIZE]; /* the part before the number, in tmp/ */
};

/* Starts the names of a run. The time distinguishes the runs. */
void maildir_names_start(struct maildir_names *n, const char *account, const char *maildrop,
    const struct timespec *now);

/* Makes the name for a message, the run's number-th file. Returns its length. */
size_t maildir_name_make(const struct maildir_names *n, const char *uid, int64_t now, uint32_t number,
    char out[MAILDIR_NAME_SIZE]);

/* Makes the name for a message in tmp/: mh-AAAAAAAA-SECONDS-MICROSECONDS-NUMBER. All but NUMBER are hexadecimal. */
void maildir_name_in_tmp(const struct maildir_names *n, uint32_t number, char out[MAILDIR_SHORT_SIZE]);

/* Makes the digits of the middle part for a message. */
void maildir_name_identity(const char *account, const char *maildrop, const char *uid,
    char out[MAILDIR_IDENTITY_DIGITS + 1]);

/* Returns whether this account named the file. If so, identity (unless NULL) gets its digits. */
bool maildir_name_is_own(const char *name, const char *account, char identity[MAILDIR_IDENTITY_DIGITS + 1]);

/* Returns whether this account named a file in tmp/, after its message or by a number. */
bool maildir_name_is_unfinished(const char *name, const char *account);

/* Returns whether any account of mailhaul named this file. */
bool maildir_name_is_any(const char *name);

/* Returns the number after ",KEY=" in a name, or 0 if there is none. */
uint64_t maildir_name_size(const char *name, char key);

/* The octets of a message as stored, and with CRLF line ends (Dovecot's S= and W=). */
struct maildir_size {
	uint64_t octets;
	uint64_t crlf_octets;
	bool cr; /* the last octet was CR */
};

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length);

#endif
