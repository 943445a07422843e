#ifndef MAILHAUL_POLICY_HEADER_H
#define MAILHAUL_POLICY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

/*
 * The identity of a message by its header: SHA-256 over the lines of the header, each ended by LF, up to the empty
 * line. Fields that mail stores write themselves (Status, X-UIDL and the like) are left out. A message has the same
 * identity through RETR and through TOP, and after a move to another server.
 */
struct header_identity {
	struct digest digest;
	bool ended; /* the empty line was found */
	/* May be set after header_start: number of lines after the empty line that also count. */
	size_t body_lines;
	/*
	 * May be set after header_start: a mail program changed the message, so fields that such programs add do not
	 * count.
	 */
	bool read;
	bool may_identify; /* the value of the current field is unique to a message */
	bool identifying;  /* such a field had a value */
	bool skipping;	   /* the current field does not count */
	bool naming;	   /* at the start of a line; the name of the field is being collected */
	bool cr;	   /* a CR is pending */
	size_t held;	   /* bytes in name that are not yet in the digest */
	char name[24];
};

/* Starts with a new message. */
void header_start(struct header_identity *h);

/* Adds more of the message, header or not, with LF or CRLF line ends. */
void header_add(struct header_identity *h, const char *bytes, size_t length);

/*
 * Stores the identity. Returns whether the header has a field that makes accidental matches impossible: Message-ID or
 * Received.
 */
bool header_end(struct header_identity *h, unsigned char identity[DIGEST_SHORT]);

/* Returns whether mail stores add or change fields of this name by themselves, such as Status. */
bool header_is_mark(const char *name, size_t length);

bool header_is_content_length(const char *name, size_t length);

/* Returns whether mail stores do so, or mail programs for their users: also X-Label, X-Mozilla-Status and the like. */
bool header_is_added(const char *name, size_t length);

/*
 * Stores the envelope sender that the last server recorded (RFC 5321, section 4.4): the address in the first
 * Return-Path field at the start of a message. Stores "MAILER-DAEMON" for the null sender, and if the field is
 * missing or not valid in an mbox's From_ line. `size` is at least 16.
 */
void header_envelope_sender(const char *head, size_t length, char *out, size_t size);

#endif
