#ifndef MAILHAUL_POP3_MAILDROP_H
#define MAILHAUL_POP3_MAILDROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct error;

enum {
	MAILDROP_MEMORY = 96 * 1024 * 1024, /* octets for a listing: a million messages with UIDs of 70 octets */
	MAILDROP_UID_MOST = 1024, /* octets; RFC 1939 allows 70, and some servers need more */
};

/* One message as the server lists it. */
struct maildrop_message {
	uint32_t number;   /* message-number of this session */
	uint32_t uid_length; /* 0: the server gave none */
	size_t uid_offset; /* in maildrop.uids */
	uint64_t octets;   /* what LIST says: a hint (RFC 1939, 11.) */
};

/* The server's listing, sorted by message-number when maildrop_finish has been called. */
struct maildrop {
	struct maildrop_message *messages;
	size_t count;
	size_t capacity;
	struct buf uids; /* UIDs are opaque octets, one behind the other, each ended by NUL */
	size_t matched; /* where the last UIDL line found its message */
	size_t uid_lines; /* lines of UIDL that were taken */
};

/*
 * Takes one line of LIST's answer ("number octets"). All lines of LIST come before those of UIDL.
 * ERROR_PROTOCOL for what is no such line, a number out of range, or more than MAILDROP_MEMORY.
 */
bool maildrop_add_size(struct maildrop *m, const char *line, size_t length, struct error *err);

/* Sorts what LIST gave. ERROR_PROTOCOL when a number came twice. */
bool maildrop_finish_sizes(struct maildrop *m, struct error *err);

/* Takes one line of UIDL's answer ("number uid"). ERROR_PROTOCOL as above, or for an unlisted number. */
bool maildrop_add_uid(struct maildrop *m, const char *line, size_t length, struct error *err);

/* The UID of a message, terminated by NUL; "" where there is none. It is the maildrop's. */
const char *maildrop_uid(const struct maildrop *m, const struct maildrop_message *message);

void maildrop_free(struct maildrop *m);

#endif
