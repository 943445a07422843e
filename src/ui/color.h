#ifndef MAILHAUL_UI_COLOR_H
#define MAILHAUL_UI_COLOR_H

#include <stdbool.h>

enum color { COLOR_GOOD, COLOR_WARNING, COLOR_BAD };

/* Returns whether fd is a terminal that supports more than plain lines: TERM is set and not "dumb". */
bool color_terminal(int fd);

/* Returns whether the user disabled colors with a non-empty NO_COLOR (https://no-color.org). */
bool color_is_refused(void);

/* Returns whether standard output shows colors: color_terminal accepts it, and NO_COLOR is not set. */
bool color_is_wanted(void);

/* Prints text on standard output, in color if `on`. */
void color_print(bool on, enum color color, const char *words);

#endif
