#ifndef MAILHAUL_UI_COLOUR_H
#define MAILHAUL_UI_COLOUR_H

#include <stdbool.h>

enum colour { COLOUR_GOOD, COLOUR_WARNING, COLOUR_BAD };

/* Whether it is a terminal that knows more than lines of letters: not a dumb one (TERM). */
bool colour_terminal(int fd);

/* Whether the user wants no colours (NO_COLOR, https://no-color.org: whatever its value, unless that is empty). */
bool colour_is_refused(void);

/* Whether standard output shows colours: a terminal, not a dumb one (TERM), and NO_COLOR is not set. */
bool colour_is_wanted(void);

/* Prints words on standard output; in the colour if `on`. */
void colour_print(bool on, enum colour colour, const char *words);

#endif
