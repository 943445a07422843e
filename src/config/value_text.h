#ifndef MAILHAUL_CONFIG_VALUE_TEXT_H
#define MAILHAUL_CONFIG_VALUE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct fault;
struct token;

/* The escape sequences that double quotes may contain beside \\, \" and \$. */
enum value_escapes {
	VALUE_ESCAPES_NONE,  /* names and passwords, in which a backslash is a character, as in CORP\jane */
	VALUE_ESCAPES_BYTES, /* paths: \xNN, as the command config prints them */
	VALUE_ESCAPES_ALL,   /* the words of commands: also \n, \r, \t, \e, \NNN, and a line break, which is dropped */
};

/*
 * Checks a value as it is written in the file. Refuses escape sequences that are not allowed here, and environment
 * variables that are not set. If `secret` is set, the fault names no variable.
 */
bool value_text_check(const struct token *value, enum value_escapes escapes, bool secret, struct fault *f);

/*
 * Returns the texts that the values stand for, terminated by NULL, or NULL if libConfuse refuses them. The values must
 * have been checked. The caller frees the result with value_text_free, which wipes it.
 */
char **value_text_read(const struct token *values, size_t count);

/* The same for one value that is a secret and was checked with VALUE_ESCAPES_NONE. It leaves no other copy in memory. */
char **value_text_read_secret(const struct token *value);

/* Overwrites the values of all environment variables that secrets contain. */
void value_text_wipe_variables(void);

void value_text_free(char **texts);

/* Returns the version of libConfuse in use, for --version. */
const char *value_text_library_version(void);

#endif
