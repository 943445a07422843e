#ifndef MAILHAUL_CONFIG_QUOTE_H
#define MAILHAUL_CONFIG_QUOTE_H

struct buf;

/*
 * Appends a text as it can stand in a configuration: a word as it is, else in double quotes, with escapes for what
 * libConfuse or a terminal would take for something else.
 */
void quote_text(struct buf *out, const char *text);

#endif
