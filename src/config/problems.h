#ifndef MAILHAUL_CONFIG_PROBLEMS_H
#define MAILHAUL_CONFIG_PROBLEMS_H

#include <stddef.h>

/* All errors of a configuration, or all warnings, one line each: "FILE:LINE: cause; hint". */
struct problems {
	char **lines;
	char **sources; /* for each line, the text of the file that it is about, or NULL if it is not to be shown */
	size_t count;
};

/* Adds a problem, escaped. */
void problems_add(struct problems *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the text of the file that the last problem is about. Only its first line is kept, escaped and shortened. */
void problems_show(struct problems *p, const char *text, size_t length);

void problems_free(struct problems *p);

#endif
