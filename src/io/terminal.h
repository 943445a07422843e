#ifndef MAILHAUL_IO_TERMINAL_H
#define MAILHAUL_IO_TERMINAL_H

#include <stdbool.h>

struct buf;
struct error;

/*
 * Asks on the terminal that controls this process, whatever standard input is, and appends the line that is
 * typed, without its end. What is typed is not shown. *answer has room for at least TERMINAL_LINE_MOST octets.
 * ERROR_CONFIG when there is no terminal or nothing is typed. A signal that ends the program while it waits
 * does so after the terminal is as it was.
 */
enum { TERMINAL_LINE_MOST = 4096 };
bool terminal_ask(const char *question, struct buf *answer, struct error *err);

#endif
