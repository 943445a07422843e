#ifndef MAILHAUL_UI_CHARSET_H
#define MAILHAUL_UI_CHARSET_H

#include <stdbool.h>

/*
 * Returns whether output may contain characters beyond ASCII: the locale of the environment (LC_ALL, LC_CTYPE, LANG)
 * uses UTF-8. The program itself stays in the C locale, so that nothing else depends on the environment.
 */
bool charset_is_utf8(void);

#endif
