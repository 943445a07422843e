#ifndef SUPPORT_POP3_MAILDROP_H
#define SUPPORT_POP3_MAILDROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pop3_wire;

/* A directory seen as a maildrop: one regular file a message, in the bytewise order of the names, as
 * it was when it was opened. Names that start with a dot are no messages.
 *
 * A file holds raw octets; lines end with LF or CRLF and go out with CRLF, dot-stuffed. A file
 * whose name ends in ".wire" holds what follows the +OK line as it goes over the wire, terminator
 * and all. */
struct pop3_maildrop;

enum pop3_maildrop_status {
	MAILDROP_OK,
	MAILDROP_IN_USE,
	MAILDROP_BROKEN,
};

enum { MAILDROP_UID_MAX = 70 }; /* RFC 1939, section 7 */

/* Locks the directory DIR and lists it. A lock that another session holds is waited for up to
 * half a minute: its client may just have died. *MAILDROP is the caller's to close; NULL unless the answer
 * is MAILDROP_OK. */
enum pop3_maildrop_status pop3_maildrop_open(const char *dir, struct pop3_maildrop **maildrop);

/* Shows the first COUNT messages alone. Those that are sent are hidden by pop3_maildrop_commit: their files get a dot
 * before their names. */
void pop3_maildrop_slice(struct pop3_maildrop *maildrop, size_t count);

/* Gives the lock back and frees everything; deletes nothing. Accepts NULL. */
void pop3_maildrop_close(struct pop3_maildrop *maildrop);

size_t pop3_maildrop_count(const struct pop3_maildrop *maildrop);

/* 1 to 70 octets of 0x21 to 0x7e, made of the file's name alone. */
const char *pop3_maildrop_uid(const struct pop3_maildrop *maildrop, size_t i);

bool pop3_maildrop_deleted(const struct pop3_maildrop *maildrop, size_t i);
void pop3_maildrop_delete(struct pop3_maildrop *maildrop, size_t i);
void pop3_maildrop_reset(struct pop3_maildrop *maildrop);

/* Counts the octets of message I with CRLF line ends and without dot-stuffing; the file is read the
 * first time. False when it cannot be read. */
bool pop3_maildrop_octets(struct pop3_maildrop *maildrop, size_t i, uint64_t *octets);

/* Writes message I and the terminator, as octets of a body. What cannot be read drops the
 * connection. */
void pop3_maildrop_send(struct pop3_maildrop *maildrop, size_t i, struct pop3_wire *wire);

/* Writes its header, the blank line, LINES lines of its body and the terminator; these do not count
 * as octets of a body. */
void pop3_maildrop_send_top(
    const struct pop3_maildrop *maildrop, size_t i, uint64_t lines, struct pop3_wire *wire);

/* Removes the files of the messages marked as deleted. False when one could not be removed. */
bool pop3_maildrop_commit(struct pop3_maildrop *maildrop);

#endif
