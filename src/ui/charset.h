#ifndef MAILHAUL_UI_CHARSET_H
#define MAILHAUL_UI_CHARSET_H

#include <stdbool.h>

/*
 * Whether what is printed may hold characters beyond ASCII: the locale of the environment (LC_ALL, LC_CTYPE, LANG)
 * has UTF-8. It is only asked; the program itself stays in the C locale, so that nothing else depends on it.
 */
bool charset_is_utf8(void);

#endif
