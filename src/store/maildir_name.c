#include "config.h"

#include "store/maildir_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"

enum {
	ACCOUNT_DIGITS = 8,
	MESSAGE_DIGITS = 24,
};

struct maildir_names_entry {
	char digits[MESSAGE_DIGITS + 1];
	size_t path; /* offset in maildir_names.paths */
};

/* Hexadecimal digits of SHA-256 over the account's name and, for a message, NUL, maildrop, NUL and UID. */
static void identity(const char *account, const char *maildrop, const char *uid, char *out, size_t digits)
{
	struct digest d;
	unsigned char octets[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];

	digest_start(&d);
	digest_add(&d, account, strlen(account));
	if (uid) {
		digest_add(&d, "", 1);
		digest_add(&d, maildrop, strlen(maildrop) + 1);
		digest_add(&d, uid, strlen(uid));
	}
	digest_end(&d, octets);
	digest_hex(hex, octets, DIGEST_SIZE);
	memcpy(out, hex, digits);
	out[digits] = '\0';
}

/* The host's name as the Maildir format wants it: '/' and ':' written as octal. */
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

char *maildir_name_make(const char *account, const char *maildrop, const char *uid, int64_t now)
{
	char account_digits[ACCOUNT_DIGITS + 1], message_digits[MESSAGE_DIGITS + 1], host[96];

	identity(account, NULL, NULL, account_digits, ACCOUNT_DIGITS);
	identity(account, maildrop, uid, message_digits, MESSAGE_DIGITS);
	host_part(host, sizeof(host));
	return memory_format("%" PRId64 ".mh-%s-%s.%s", now, account_digits, message_digits, host);
}

/* The message's digits in a name of this account, or NULL. */
static const char *own_digits(const char *name, const char *account_digits)
{
	const char *mark = strchr(name, '.');

	if (!mark || strncmp(mark, ".mh-", 4) != 0)
		return NULL;
	mark += 4;
	if (strncmp(mark, account_digits, ACCOUNT_DIGITS) != 0 || mark[ACCOUNT_DIGITS] != '-')
		return NULL;
	mark += ACCOUNT_DIGITS + 1;
	return strspn(mark, "0123456789abcdef") == MESSAGE_DIGITS && mark[MESSAGE_DIGITS] == '.' ? mark : NULL;
}

bool maildir_name_is_own(const char *name, const char *account)
{
	char digits[ACCOUNT_DIGITS + 1];

	identity(account, NULL, NULL, digits, ACCOUNT_DIGITS);
	return own_digits(name, digits) != NULL;
}

void maildir_size_add(struct maildir_size *s, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length, *lf;

	if (length == 0)
		return;
	s->octets += length;
	s->crlf_octets += length;
	while ((lf = memchr(at, '\n', (size_t)(end - at)))) {
		bool cr = lf > bytes ? lf[-1] == '\r' : s->cr;

		s->crlf_octets += !cr;
		at = lf + 1;
	}
	s->cr = end[-1] == '\r';
}

void maildir_names_add(struct maildir_names *n, const char *account, const char *folder, const char *name)
{
	char account_digits[ACCOUNT_DIGITS + 1];
	const char *digits;
	struct maildir_names_entry *e;

	identity(account, NULL, NULL, account_digits, ACCOUNT_DIGITS);
	digits = own_digits(name, account_digits);
	if (!digits)
		return;
	if (n->count == n->capacity) {
		n->capacity = n->capacity ? n->capacity * 2 : 256;
		n->entries = memory_resize(n->entries, n->capacity, sizeof(*n->entries));
	}
	e = &n->entries[n->count++];
	memcpy(e->digits, digits, MESSAGE_DIGITS);
	e->digits[MESSAGE_DIGITS] = '\0';
	e->path = n->paths.length;
	buf_append_format(&n->paths, "%s/%s", folder, name);
	buf_append(&n->paths, "", 1);
}

static int by_digits(const void *a, const void *b)
{
	const struct maildir_names_entry *first = a, *second = b;

	return strcmp(first->digits, second->digits);
}

void maildir_names_sort(struct maildir_names *n)
{
	if (n->count > 0)
		qsort(n->entries, n->count, sizeof(*n->entries), by_digits);
}

const char *maildir_names_find(const struct maildir_names *n, const char *account, const char *maildrop,
    const char *uid)
{
	struct maildir_names_entry key;
	const struct maildir_names_entry *found;

	if (n->count == 0)
		return NULL;
	identity(account, maildrop, uid, key.digits, MESSAGE_DIGITS);
	found = bsearch(&key, n->entries, n->count, sizeof(key), by_digits);
	return found ? n->paths.data + found->path : NULL;
}

void maildir_names_free(struct maildir_names *n)
{
	free(n->entries);
	buf_free(&n->paths);
	*n = (struct maildir_names){0};
}
