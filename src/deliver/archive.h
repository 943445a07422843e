#ifndef MAILHAUL_DELIVER_ARCHIVE_H
#define MAILHAUL_DELIVER_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message in a destination. Its pointers are valid until the next message. */
struct archive_message {
	const char *path;     /* the file that contains it */
	const char *identity; /* its identity in the destination (destination_ops.identity), or "" */
	uint64_t offset;      /* offset of its start in the file */
	uint64_t octets;
	uint64_t crlf_octets; /* octets with CRLF line ends */
	int64_t when;	      /* time of delivery in seconds since the epoch; 0: unknown */
	uint64_t device, inode;
	uint64_t links;	 /* names that the file has */
	bool elsewhere;	 /* a reader has moved it from where it was delivered */
	bool torn;	 /* it is evidently incomplete (deliver/maildir_content) */
	bool compressed; /* a reader has compressed it */
	/* If compressed: its octets when it was delivered, and the same with CRLF line ends, by its name; 0: unknown. */
	uint64_t original, original_crlf;
	int failure; /* errno if it could not be read completely; 0: no failure */
};

/*
 * Receives the messages in a destination, one after the other. A Maildir is read together with the directories in it
 * and beside it, because readers move messages. An mbox is read alone.
 */
struct archive_reader {
	void *context;
	bool own;     /* of a Maildir, only files named by the account; false: all not named by another account */
	bool sync;    /* files and directories are on stable storage if the reading succeeds */
	bool changed; /* set if another program changed the destination meanwhile */
	/* Optional, for a Maildir: returns whether to read this file. Of its sizes, only octets is known by then. */
	bool (*wants)(void *context, const struct archive_message *message);
	void (*octets)(void *context, const char *bytes, size_t length);
	void (*message)(void *context, const struct archive_message *message); /* the message was passed completely */
};

#endif
