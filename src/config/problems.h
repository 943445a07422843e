#ifndef MAILHAUL_CONFIG_PROBLEMS_H
#define MAILHAUL_CONFIG_PROBLEMS_H

#include <stddef.h>

/* All errors of a configuration, one line each: "FILE:LINE: cause; hint". */
struct problems {
	char **lines;
	size_t count;
};

/* Adds a problem, escaped. A problem that repeats the previous one is dropped. */
void problems_add(struct problems *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
void problems_free(struct problems *p);

#endif
