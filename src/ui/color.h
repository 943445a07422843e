#ifndef MAILHAUL_UI_COLOR_H
#define MAILHAUL_UI_COLOR_H

#include <stdbool.h>

enum color { COLOR_GOOD, COLOR_WARNING, COLOR_BAD };

/* Whether it is a terminal that knows more than lines of letters: not a dumb one (TERM). */
bool color_terminal(int fd);

/* Whether the user wants no colors (NO_COLOR, https://no-color.org: whatever its value, unless that is empty). */
bool color_is_refused(void);

/* Whether standard output shows colors: a terminal, not a dumb one (TERM), and NO_COLOR is not set. */
bool color_is_wanted(void);

/* Prints words on standard output; in the color if `on`. */
void color_print(bool on, enum color color, const char *words);

#endif
