#ifndef MAILHAUL_UI_PROGRESS_LINE_H
#define MAILHAUL_UI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/event.h"

struct buf;

/* The style of the lines, the same for all lines on the screen. */
struct progress_style {
	bool utf8, color;
	int name_columns; /* columns of the longest name */
};

/* The content of one account's line. {0}: nothing is known yet. Times are milliseconds on a monotonic clock. */
struct progress_line {
	bool known;
	struct advance advance;
	int64_t since, mark; /* start, and time of the last rate measurement */
	uint64_t mark_octets;
	double rate; /* bytes per second; 0: not known yet */
};

/* Updates the progress of the account. */
void progress_line_advance(struct progress_line *line, const struct advance *advance, int64_t now);

/*
 * Appends the line to *out: name, bar, messages, size, rate and time left. If `columns` is small, less important
 * fields are left out. Returns the number of columns used, at most `columns`.
 */
int progress_line_write(struct progress_line *line, const char *name, const struct progress_style *style, int columns,
    int64_t now, struct buf *out);

#endif
