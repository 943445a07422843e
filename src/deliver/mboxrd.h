#ifndef MAILHAUL_DELIVER_MBOXRD_H
#define MAILHAUL_DELIVER_MBOXRD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The mboxrd format: "From sender date", the message with one '>' before every line that starts
 * with any number of '>' and "From ", and an empty line.
 */
struct mboxrd {
	bool crlf;
	bool line_start;    /* nothing but '>' has been seen on this line */
	size_t from_length; /* octets of "From " that are held back there */
	bool unended;	    /* the last octet was not LF */
};

/* Begins a message: appends its From_ line to out. */
void mboxrd_start(struct mboxrd *m, bool crlf, const char *sender, int64_t now, struct buf *out);

/* Appends the quoted form of the next octets to out. */
void mboxrd_add(struct mboxrd *m, const char *bytes, size_t length, struct buf *out);

/* Appends what is missing at the end: the last line's end, and the empty line. */
void mboxrd_end(struct mboxrd *m, struct buf *out);

#endif
