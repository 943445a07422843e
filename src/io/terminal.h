#ifndef MAILHAUL_IO_TERMINAL_H
#define MAILHAUL_IO_TERMINAL_H

#include <stdbool.h>

struct buf;
struct error;

/*
 * Asks a question on the controlling terminal, whatever standard input is, and appends the typed line without its
 * line ending. The typed text is not shown. *answer must have room for TERMINAL_LINE_MOST bytes. Sets ERROR_CONFIG if
 * there is no terminal or nothing is typed. If a signal ends the program during the wait, the terminal is restored
 * first.
 */
enum { TERMINAL_LINE_MOST = 4096 };
bool terminal_ask(const char *question, struct buf *answer, struct error *err);

#endif
