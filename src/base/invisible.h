#ifndef MAILHAUL_BASE_INVISIBLE_H
#define MAILHAUL_BASE_INVISIBLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Returns whether a code point has no shape of its own, ends a line, or changes how other characters are shown:
 * general category Cf, Zl or Zp, or Default_Ignorable_Code_Point in the Unicode Character Database.
 */
bool invisible_character(uint32_t code);

/* Returns whether a code point chooses between the forms of a character before it as text and as an emoji. */
bool invisible_is_emoji_selector(uint32_t code);

#endif
