#ifndef MAILHAUL_VERIFY_COPIES_H
#define MAILHAUL_VERIFY_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "policy/header.h"
#include "policy/marks.h"

struct account;
struct error;

/* What a record and a copy are compared by. */
struct copies_key {
	unsigned char sha256[DIGEST_SIZE];
	char identity[DESTINATION_IDENTITY]; /* in place: digits of the name in a Maildir, of the header in an mbox */
};

/* A message that was found in place. */
struct copy {
	struct copies_key key;
	unsigned char bare[DIGEST_SIZE]; /* without the fields that mail programs add (policy/marks) */
	unsigned char header[DIGEST_SHORT];
	uint64_t octets, crlf_octets;
	uint64_t bare_crlf_octets;
	int64_t when;
	uint64_t device, inode, offset;
	size_t path; /* in copies.texts */
	bool marked, stripped; /* there are such fields; key is without them */
	bool elsewhere, taken;
	bool torn; /* less than the message */
	int failure; /* errno: it could not be read */
};

/* All of them. {0} with account and names set is none. */
struct copies {
	const struct account *account;
	const char *label; /* see destination_settings; NULL: none is known */
	struct copy *list;
	size_t count, capacity;
	struct buf texts;
	bool changed; /* another program has changed the place meanwhile */
	/* Optional: whether to read a file; see archive_reader. */
	bool (*wants)(void *context, const struct archive_message *message);
	void *context;
	/* Of the one that is being read: */
	struct marks marks;
	struct header_identity header;
};

/* Whether messages of this account can be read where they were delivered. */
bool copies_can_read(const struct account *account);

/* Fails for an account where they cannot, or when there is nothing at its path: its disk may not be mounted. */
bool copies_are_there(const struct account *account, struct error *err);

/* Whether its files are told apart by their names, so that they can be looked for in other places. */
bool copies_have_names(const struct account *account);

/* What a record has in place as an identity. */
void copies_identity(const struct account *account, const char *maildrop, const char *uid,
    const unsigned char header[DIGEST_SHORT], char out[DESTINATION_IDENTITY]);

/*
 * Reads the messages that are in place and adds them to the list; the same file counts once. own, sync: see
 * archive_reader. ERROR_STORAGE.
 */
bool copies_read(struct copies *c, bool own, bool sync, struct error *err);

/* Takes what mail programs have added to headers out of the keys of those that are not taken. */
void copies_strip(struct copies *c);

/* Whether this file is among the first `known` copies, which copies_read has sorted. */
bool copies_has_file(const struct copies *c, size_t known, const struct archive_message *message);

void copies_clear(struct copies *c);
void copies_free(struct copies *c);

#endif
