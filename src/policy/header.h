#ifndef MAILHAUL_POLICY_HEADER_H
#define MAILHAUL_POLICY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

/*
 * The identity of a message by its header: SHA-256 over the header's lines, each ended by LF, up to
 * the empty line, without the fields that mail stores write themselves (Status, X-UIDL and the
 * like). The same message gives the same identity through RETR and through TOP, and after a move to
 * another server.
 */
struct header_identity {
	struct digest digest;
	bool ended;	/* the empty line has been seen */
	bool goes_on;	/* set after header_start: lines behind it count, too */
	bool read;	/* set after header_start: a mail program has changed it; the fields that these add do not count, either */
	bool may_tell;	/* the current field is one with which no two messages are alike */
	bool telling;	/* and has, or one before it had, a value */
	bool skipping;	/* the current field does not count */
	bool naming;	/* at a line's start: the field's name is being gathered */
	bool cr;	/* a CR is pending */
	size_t held;	/* octets in name that are not in the digest yet */
	char name[24];
};

void header_start(struct header_identity *h);

/* Adds the next octets of the message, header or not, with LF or CRLF line ends. */
void header_add(struct header_identity *h, const char *bytes, size_t length);

/*
 * Gives the identity. Returns whether the header has a field with which no other message has the same
 * one by chance: Message-ID or Received.
 */
bool header_end(struct header_identity *h, unsigned char identity[DIGEST_SHORT]);

/* Whether a field of this name is one that mail stores add or change by themselves: Status, say. */
bool header_is_mark(const char *name, size_t length);

/*
 * The envelope sender as the last server recorded it (RFC 5321, 4.4): the address of the first
 * Return-Path field in the beginning of a message. Gives "MAILER-DAEMON" for the null sender, and
 * for a field that is missing or holds what cannot stand in an mbox's From_ line. size at least 16.
 */
void header_envelope_sender(const char *head, size_t length, char *out, size_t size);

#endif
