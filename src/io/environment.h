#ifndef MAILHAUL_IO_ENVIRONMENT_H
#define MAILHAUL_IO_ENVIRONMENT_H

#include <stddef.h>

/* A variable for a command. Without a value (NULL), the command does not have the variable. */
struct environment_variable {
	const char *name, *value;
};

/*
 * Returns the environment of mailhaul in which these variables replace all others of the same names. The result is
 * terminated by NULL; environment_free frees it and accepts NULL.
 */
char **environment_make(const struct environment_variable *variables, size_t count);
void environment_free(char ***environment);

#endif
