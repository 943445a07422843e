#ifndef MAILHAUL_CONFIG_UNKNOWN_OPTION_H
#define MAILHAUL_CONFIG_UNKNOWN_OPTION_H

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with an option of the configuration file that its section does not have. */
struct unknown_option {
	char what[256], hint[192];
};

/* What is known about its name. */
struct unknown_name {
	const char *name;
	bool top;	     /* it is outside all sections */
	bool after_password; /* it is in the same line as a password */
	bool doubtful;	     /* a quote above it is not closed, so that it may be a part of a password */
};

/*
 * Describes such an option. names: the options of the section. A text that may be a part of a password is not
 * repeated.
 */
void unknown_option(struct unknown_option *u, const struct unknown_name *unknown, const char *const *names,
    size_t count);

#endif
