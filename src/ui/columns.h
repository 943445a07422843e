#ifndef MAILHAUL_UI_COLUMNS_H
#define MAILHAUL_UI_COLUMNS_H

#include <stddef.h>

struct buf;

/* Text on a terminal, measured in columns: wide characters take two, combining ones none. Texts are escaped UTF-8. */

/* Returns the columns of the terminal fd, 80 if the terminal does not say, or 0 if fd is not a terminal. */
size_t columns_of(int fd);

/* Returns the columns that a text takes. */
size_t columns_width(const char *text);

/* Appends text in exactly `columns` columns: cut, with "..." at its end, or followed by spaces. */
void columns_fit(struct buf *out, const char *text, size_t columns);

/* Appends text in at most `columns` columns: cut, with "..." at its end. */
void columns_cut(struct buf *out, const char *text, size_t columns);

/*
 * Appends text, broken between words into lines of at most `columns` columns, without a line end. The first line begins
 * at column `first`; the others are indented by `indent`. A longer word has a line of its own. `columns` 0: one line.
 */
void columns_wrap(struct buf *out, const char *text, size_t columns, size_t first, size_t indent);

#endif
