#ifndef MAILHAUL_VERIFY_COPIES_H
#define MAILHAUL_VERIFY_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "policy/core.h"
#include "policy/header.h"
#include "policy/marks.h"

struct account;
struct error;

/* The values by which a record and a copy are compared. */
struct copies_key {
	unsigned char sha256[DIGEST_SIZE];
	unsigned char header[DIGEST_SHORT];
	/* In the destination: the digits in a name of the account, or digits of another name or of an mbox header. */
	char identity[DESTINATION_IDENTITY];
};

/* A message that was found in the destination. */
struct copy {
	struct copies_key key;
	unsigned char whole[DIGEST_SIZE], bare[DIGEST_SIZE]; /* digests; bare: without fields of mail programs */
	struct core core;
	uint64_t octets, crlf_octets;
	uint64_t bare_crlf_octets;
	int64_t when;
	uint64_t device, inode, offset;
	uint64_t links;	  /* names that the file has */
	size_t path;	  /* offset in copies.texts */
	bool marked;	  /* it has fields that mail programs write (policy/marks) */
	bool identifying; /* no other message has its header by chance */
	bool own;	  /* the file has a name of the account */
	bool elsewhere, taken;
	bool torn;			  /* it is less than the message */
	bool compressed;		  /* see archive_message */
	uint64_t original, original_crlf; /* the same */
	int failure;			  /* errno if it could not be read, else 0 */
};

/* All copies of an account. Initialize it with {0} and set account. */
struct copies {
	const struct account *account;
	const char *label; /* see destination_settings; NULL: unknown */
	bool cored;	   /* make the cores of the messages */
	struct copy *list;
	size_t count, capacity;
	struct buf texts;
	bool changed; /* another program changed the destination meanwhile */
	/* Optional: returns whether to read a file; see archive_reader. */
	bool (*wants)(void *context, const struct archive_message *message);
	void *context;
	/* The state of the message that is being read. */
	struct marks marks;
	struct header_identity header;
	struct core_reader core;
};

/* Returns whether the messages of this account can be read where they were delivered. */
bool copies_can_read(const struct account *account);

/* Fails if the messages of an account cannot be read, or if nothing is at its path: its disk may not be mounted. */
bool copies_are_there(const struct account *account, struct error *err);

/* Writes the identity of a recorded message in the destination; "" if unknown. */
void copies_identity(const struct account *account, const char *maildrop, const char *uid,
    const unsigned char header[DIGEST_SHORT], char out[DESTINATION_IDENTITY]);

/*
 * Reads the messages in the destination and adds them to the list. A file counts once for each of its names. own and
 * sync: see archive_reader. Sets ERROR_STORAGE.
 */
bool copies_read(struct copies *c, bool own, bool sync, struct error *err);

/*
 * Has the keys of the copies that are not taken compare complete messages or, if bare is set, messages without the
 * fields that mail programs write.
 */
void copies_compare(struct copies *c, bool bare);

/* Returns whether this name of a file is among the first `known` copies, which copies_read has sorted. */
bool copies_has_file(const struct copies *c, size_t known, const struct archive_message *message);

/*
 * Returns whether no record has taken this copy, under any name of its file, and whether it is one of the account: a
 * file with a name of the account in a Maildir, or any message in an mbox. A file counts once.
 */
bool copies_is_left(const struct copies *c, size_t i);

void copies_clear(struct copies *c);
void copies_free(struct copies *c);

#endif
