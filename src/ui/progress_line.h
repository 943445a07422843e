#ifndef MAILHAUL_UI_PROGRESS_LINE_H
#define MAILHAUL_UI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/event.h"

struct buf;

/* How lines are written; the same for all that stand below each other. */
struct progress_style {
	bool utf8, color;
	int name_columns; /* of the longest name */
};

/* What the line of one account shows. {0}: nothing is known yet. Times are milliseconds of any clock that only goes on. */
struct progress_line {
	bool known;
	struct advance advance;
	int64_t since, mark; /* the beginning, and when the rate was last looked at */
	uint64_t mark_octets;
	double rate; /* octets a second; 0: not known yet */
};

/* Takes in how far the account has come. */
void progress_line_advance(struct progress_line *line, const struct advance *advance, int64_t now);

/*
 * Appends the line to *out: name, bar, messages, octets, rate and time left, of which the less important make room
 * where `columns` are few. Returns the columns that it takes, at most that many.
 */
int progress_line_write(struct progress_line *line, const char *name, const struct progress_style *style, int columns,
    int64_t now, struct buf *out);

#endif
