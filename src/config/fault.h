#ifndef MAILHAUL_CONFIG_FAULT_H
#define MAILHAUL_CONFIG_FAULT_H

#include <stdbool.h>

/* A mistake in a configuration file. The texts contain nothing from the file but the names of variables. */
struct fault {
	char what[192]; /* empty: there is no mistake */
	const char *hint;
	unsigned line;
};

/* Records a mistake, unless there is an earlier one. Returns false. */
bool fault_set(struct fault *f, unsigned line, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
