#ifndef SUPPORT_POP3_MAILDROP_H
#define SUPPORT_POP3_MAILDROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pop3_wire;

/*
 * A directory used as a maildrop: each regular file is a message, in the bytewise order of the names, as the
 * directory was when it was opened. Names that start with a dot are ignored.
 *
 * A file contains raw octets; lines end with LF or CRLF and are sent with CRLF, dot-stuffed. A file whose name ends
 * in ".wire" contains everything after the +OK line exactly as it is sent, including the terminator.
 */
struct pop3_maildrop;

enum pop3_maildrop_status {
	MAILDROP_OK,
	MAILDROP_IN_USE,
	MAILDROP_BROKEN,
};

enum { MAILDROP_UID_MAX = 70 }; /* RFC 1939, section 7 */

/*
 * Locks the directory DIR and lists it. Waits up to half a minute for a lock that another session holds, because
 * its client may just have died. *MAILDROP is NULL unless the result is MAILDROP_OK; the caller closes it.
 */
enum pop3_maildrop_status pop3_maildrop_open(const char *dir, struct pop3_maildrop **maildrop);

/*
 * Shows only the first COUNT messages. pop3_maildrop_commit hides those that were sent by putting a dot before
 * their file names.
 */
void pop3_maildrop_slice(struct pop3_maildrop *maildrop, size_t count);

/* Releases the lock and frees everything; deletes nothing. Accepts NULL. */
void pop3_maildrop_close(struct pop3_maildrop *maildrop);

size_t pop3_maildrop_count(const struct pop3_maildrop *maildrop);

/* Returns 1 to 70 octets of 0x21 to 0x7e, made from the file's name only. */
const char *pop3_maildrop_uid(const struct pop3_maildrop *maildrop, size_t i);

bool pop3_maildrop_deleted(const struct pop3_maildrop *maildrop, size_t i);
void pop3_maildrop_delete(struct pop3_maildrop *maildrop, size_t i);
void pop3_maildrop_reset(struct pop3_maildrop *maildrop);

/*
 * Counts the octets of message I with CRLF line ends and without dot-stuffing; reads the file the first time.
 * Returns false if it cannot be read.
 */
bool pop3_maildrop_octets(struct pop3_maildrop *maildrop, size_t i, uint64_t *octets);

/* Writes message I and the terminator, as octets of a body. Drops the connection if the file cannot be read. */
void pop3_maildrop_send(struct pop3_maildrop *maildrop, size_t i, struct pop3_wire *wire);

/*
 * Writes its header, the blank line, LINES lines of its body and the terminator. They do not count as octets of a
 * body.
 */
void pop3_maildrop_send_top(const struct pop3_maildrop *maildrop, size_t i, uint64_t lines, struct pop3_wire *wire);

/* Removes the files of the messages marked as deleted. Returns false if one could not be removed. */
bool pop3_maildrop_commit(struct pop3_maildrop *maildrop);

#endif
