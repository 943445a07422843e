#ifndef MAILHAUL_BASE_NEAREST_H
#define MAILHAUL_BASE_NEAREST_H

#include <stddef.h>

/*
 * The name among count names that is nearest to word by edit distance (insert, delete, replace,
 * swap), or NULL when none is near enough to be what was meant. The result is one of names.
 */
const char *nearest_name(const char *word, const char *const *names, size_t count);

#endif
