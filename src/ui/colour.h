#ifndef MAILHAUL_UI_COLOUR_H
#define MAILHAUL_UI_COLOUR_H

#include <stdbool.h>

enum colour { COLOUR_GOOD, COLOUR_WARNING, COLOUR_BAD };

/* Whether standard output shows colours: a terminal, not a dumb one (TERM), and NO_COLOR is not set. */
bool colour_is_wanted(void);

/* Prints words on standard output; in the colour if `on`. */
void colour_print(bool on, enum colour colour, const char *words);

#endif
