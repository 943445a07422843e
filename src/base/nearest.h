#ifndef MAILHAUL_BASE_NEAREST_H
#define MAILHAUL_BASE_NEAREST_H

#include <stddef.h>

/*
 * Returns the one of `count` names with the smallest edit distance to word (insert, delete, replace, swap). Returns
 * NULL when no name is close enough to be a plausible misspelling. The result points into names.
 */
const char *nearest_name(const char *word, const char *const *names, size_t count);

#endif
