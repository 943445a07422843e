#ifndef MAILHAUL_DELIVER_ARCHIVE_H
#define MAILHAUL_DELIVER_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that lies in a destination. What it points to lives until the next one. */
struct archive_message {
	const char *path;     /* the file that it is in */
	const char *identity; /* what identifies it in place (destination_ops.identity), or "" */
	uint64_t offset;      /* where it begins in its file */
	uint64_t octets;
	uint64_t crlf_octets; /* with CRLF line ends */
	int64_t when;	      /* when it was delivered, in seconds since the epoch; 0: that is not told */
	uint64_t device, inode;
	bool elsewhere; /* not where it was delivered: a reader has moved it */
	bool torn;	/* it shows that it is less than the message (deliver/maildir_content) */
	int failure;	/* errno: it could not be read to its end; 0: it could */
};

/*
 * What is told of the messages in a destination, one after the other. A Maildir is read together with the
 * directories in it and beside it, for readers move messages; an mbox alone.
 */
struct archive_reader {
	void *context;
	bool own;  /* of a Maildir: only files that the account named; else all but those that another one named */
	bool sync; /* files and directories are on stable storage when it ends well */
	bool changed; /* set when another program was seen to change the place meanwhile */
	/* Optional, of a Maildir: whether this file is to be read; of its sizes, octets is known by then. */
	bool (*wants)(void *context, const struct archive_message *message);
	void (*octets)(void *context, const char *bytes, size_t length);
	void (*message)(void *context, const struct archive_message *message); /* it has been given whole */
};

#endif
