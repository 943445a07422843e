#include "config.h"

#include "deliver/maildir_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/digest.h"
#include "base/scan.h"

/* Makes hexadecimal digits of SHA-256 over the account's name and, for a message, NUL, maildrop, NUL and UID. */
static void identity(const char *account, const char *maildrop, const char *uid, char *out, size_t digits)
{
	struct digest d;
	unsigned char octets[DIGEST_SIZE];

	digest_start(&d);
	digest_add(&d, account, strlen(account));
	if (uid) {
		digest_add(&d, "", 1);
		digest_add(&d, maildrop, strlen(maildrop) + 1);
		digest_add(&d, uid, strlen(uid));
	}
	digest_end(&d, octets);
	digest_hex(out, octets, digits / 2);
}

/* Writes the host's name as the Maildir format requires it, with '/' and ':' in octal. */
static void host_part(char *out, size_t size)
{
	char host[256];
	size_t used = 0;

	if (gethostname(host, sizeof(host)) != 0)
		snprintf(host, sizeof(host), "localhost");
	host[sizeof(host) - 1] = '\0';
	for (const char *h = host; *h && used + 5 < size && used < 64; h++) {
		if (*h == '/' || *h == ':' || *h == ',' || (unsigned char)*h <= ' ')
			used += (size_t)snprintf(out + used, size - used, "\\%03o", (unsigned)(unsigned char)*h);
		else
			out[used++] = *h;
	}
	out[used] = '\0';
}

void maildir_names_start(struct maildir_names *n, const char *account, const char *maildrop, const struct timespec *now)
{
	char host[96], account_digits[MAILDIR_ACCOUNT_DIGITS + 1];
	unsigned microseconds = (unsigned)(now->tv_nsec / 1000);

	*n = (struct maildir_names){.account = account, .maildrop = maildrop};
	identity(account, NULL, NULL, account_digits, MAILDIR_ACCOUNT_DIGITS);
	host_part(host, sizeof(host));
	snprintf(n->middle, sizeof(n->middle), ".mh-%s-", account_digits);
	snprintf(n->time, sizeof(n->time), ".M%06uQ", microseconds);
	snprintf(n->end, sizeof(n->end), ".%s", host);
	snprintf(n->before, sizeof(n->before), "mh-%s-%" PRIx32 "-%x-", account_digits, (uint32_t)now->tv_sec,
	    microseconds);
}

size_t maildir_name_make(const struct maildir_names *n, const char *uid, int64_t now, uint32_t number,
    char out[MAILDIR_NAME_SIZE])
{
	char *at = decimal_put(out, now > 0 ? (uint64_t)now : 0);

	at = stpcpy(at, n->middle);
	identity(n->account, n->maildrop, uid, at, MAILDIR_IDENTITY_DIGITS);
	at = decimal_put(stpcpy(at + MAILDIR_IDENTITY_DIGITS, n->time), number);
	return (size_t)(stpcpy(at, n->end) - out);
}

void maildir_name_in_tmp(const struct maildir_names *n, uint32_t number, char out[MAILDIR_SHORT_SIZE])
{
	*decimal_put(stpcpy(out, n->before), number) = '\0';
}

/* Returns the message's digits in a name of this account (NULL: of any account), or NULL. */
static const char *own_digits(const char *name, const char *account_digits)
{
	static const char hex[] = "0123456789abcdef";
	const char *mark = strchr(name, '.');

	if (!mark || strncmp(mark, ".mh-", 4) != 0)
		return NULL;
	mark += 4;
	if (strspn(mark, hex) != MAILDIR_ACCOUNT_DIGITS || mark[MAILDIR_ACCOUNT_DIGITS] != '-' ||
	    (account_digits && strncmp(mark, account_digits, MAILDIR_ACCOUNT_DIGITS) != 0))
		return NULL;
	mark += MAILDIR_ACCOUNT_DIGITS + 1;
	return strspn(mark, hex) == MAILDIR_IDENTITY_DIGITS && mark[MAILDIR_IDENTITY_DIGITS] == '.' ? mark : NULL;
}

bool maildir_name_is_any(const char *name)
{
	return own_digits(name, NULL) != NULL;
}

void maildir_name_identity(const char *account, const char *maildrop, const char *uid,
    char out[MAILDIR_IDENTITY_DIGITS + 1])
{
	identity(account, maildrop, uid, out, MAILDIR_IDENTITY_DIGITS);
}

bool maildir_name_is_own(const char *name, const char *account, char identity_out[MAILDIR_IDENTITY_DIGITS + 1])
{
	char account_digits[MAILDIR_ACCOUNT_DIGITS + 1];
	const char *digits;

	identity(account, NULL, NULL, account_digits, MAILDIR_ACCOUNT_DIGITS);
	digits = own_digits(name, account_digits);
	if (digits && identity_out) {
		memcpy(identity_out, digits, MAILDIR_IDENTITY_DIGITS);
		identity_out[MAILDIR_IDENTITY_DIGITS] = '\0';
	}
	return digits != NULL;
}

bool maildir_name_is_unfinished(const char *name, const char *account)
{
	char before[MAILDIR_SHORT_SIZE], account_digits[MAILDIR_ACCOUNT_DIGITS + 1];

	identity(account, NULL, NULL, account_digits, MAILDIR_ACCOUNT_DIGITS);
	snprintf(before, sizeof(before), "mh-%s-", account_digits);
	return strncmp(name, before, strlen(before)) == 0 || own_digits(name, account_digits);
}

uint64_t maildir_name_size(const char *name, char key)
{
	const char sought[] = {',', key, '=', '\0'};
	const char *at = strstr(name, sought);

	return at && at[3] >= '1' && at[3] <= '9' ? strtoull(at + 3, NULL, 10) : 0;
}

/* Counts the line ends that are CRLF. The CR may be the last octet of the piece before. */
static size_t count_crlf(const struct maildir_size *s, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;
	size_t found = s->cr && *bytes == '\n';

	while ((at = memchr(at, '\r', (size_t)(end - at)))) {
		at++;
		found += at < end && *at == '\n';
	}
	return found;
}

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length)
{
	if (length == 0)
		return;
	s->octets += length;
	s->crlf_octets += length + scan_count(bytes, length, '\n') - count_crlf(s, bytes, length);
	s->cr = bytes[length - 1] == '\r';
}
