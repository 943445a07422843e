#ifndef MAILHAUL_DELIVER_MBOXRD_H
#define MAILHAUL_DELIVER_MBOXRD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * The mboxrd format: "From sender date", the message, and an empty line. Each line of the message that starts with any
 * number of '>' followed by "From " gets another '>' before it.
 */
struct mboxrd {
	bool crlf;
	bool line_start;    /* only '>' has been seen on this line */
	size_t from_length; /* bytes of "From " that are held back */
	bool unended;	    /* the last byte was not LF */
};

/* Begins a message: appends its From_ line to out. */
void mboxrd_start(struct mboxrd *m, bool crlf, const char *sender, int64_t now, struct buf *out);

/* Appends the quoted form of the next bytes to out. */
void mboxrd_add(struct mboxrd *m, const char *bytes, size_t length, struct buf *out);

/* Appends the end of the last line, if it is missing, and the empty line. */
void mboxrd_end(struct mboxrd *m, struct buf *out);

#endif
