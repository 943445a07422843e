#ifndef MAILHAUL_CONFIG_UNKNOWN_OPTION_H
#define MAILHAUL_CONFIG_UNKNOWN_OPTION_H

#include <stdbool.h>
#include <stddef.h>

/* What is wrong with an option of the configuration file that its section does not have. */
struct unknown_option {
	char what[256], hint[128];
};

/*
 * Describes such an option. top: it is outside all sections. after_password: it is in the same line as a password.
 * names: the options of the section. Text that may be a part of a password is not repeated.
 */
void unknown_option(struct unknown_option *u, const char *name, bool top, bool after_password, const char *const *names,
    size_t count);

#endif
