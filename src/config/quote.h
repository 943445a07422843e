#ifndef MAILHAUL_CONFIG_QUOTE_H
#define MAILHAUL_CONFIG_QUOTE_H

struct buf;

/*
 * Appends a text as it can be written in a configuration file. A word is written as it is. Other texts are written in
 * double quotes, with escapes for characters that libconfuse or a terminal would interpret.
 */
void quote_text(struct buf *out, const char *text);

#endif
