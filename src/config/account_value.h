#ifndef MAILHAUL_CONFIG_ACCOUNT_VALUE_H
#define MAILHAUL_CONFIG_ACCOUNT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;

/* Kinds of values, and what struct account holds of them. What is a pointer belongs to the account; NULL: not set. */
enum account_kind {
	ACCOUNT_TEXT,	     /* char *, any but the empty one */
	ACCOUNT_HOST,	     /* char *, a host name or address */
	ACCOUNT_PATH,	     /* char *, absolute */
	ACCOUNT_PATH_OR_URI, /* char *, a path or a PKCS#11 URI (RFC 7512) */
	ACCOUNT_FILE_NAME,   /* char *, without a directory */
	ACCOUNT_SECRET,	     /* struct secret * */
	ACCOUNT_COMMAND,     /* char **, a program and its arguments, ended by NULL */
	ACCOUNT_PINS,	     /* char **, pins of keys, ended by NULL */
	ACCOUNT_COUNT,	     /* unsigned */
	ACCOUNT_SIZE,	     /* uint64_t, octets */
	ACCOUNT_TIME,	     /* int64_t, seconds */
	ACCOUNT_FLAG,	     /* bool, one of two words */
	ACCOUNT_CHOICE,	     /* an enum, whose values number the words */
	ACCOUNT_MECHANISM,   /* const struct mechanism *, NULL: auto */
	ACCOUNT_DESTINATION, /* const struct destination_ops *, with deliver_path */
	ACCOUNT_RETENTION,   /* the mode and age of a struct retention_rule */
};

/* An option of an account or of the defaults section: a row of account_options. */
struct account_option {
	const char *name;
	enum account_kind kind;
	size_t at;		  /* its value in struct account */
	uint64_t least, most;	  /* of ACCOUNT_COUNT and ACCOUNT_TIME */
	const char *const *words; /* of ACCOUNT_FLAG and ACCOUNT_CHOICE, ended by NULL; the first is the default */
	const char *initial;	  /* the default of others, as it would be set; NULL: 0, or not set */
	const char *expects;	  /* what would be right, for messages: "a number from 1 to 65535" */
};

/* Whether an option takes a list of values, such as {"a", "b"}. */
bool account_value_is_list(const struct account_option *option);

/* Sets a value from texts, ended by NULL. Relative paths are taken from directory. False: they are not what is expected. */
bool account_value_set(struct account *a, const struct account_option *option, const char *const *values, const char *directory);

/* A value, as the texts that would set it, ended by NULL; a password is "***". NULL: not set. See account_value_free. */
char **account_value_get(const struct account *a, const struct account_option *option);
void account_value_free(char **values);

/* Whether there is a value; a flag is one if it is on. */
bool account_value_is_set(const struct account *a, const struct account_option *option);

/* Frees a value; the option is not set then. */
void account_value_clear(struct account *a, const struct account_option *option);

/* Whether a text is a pin as tls_pins has them. */
bool account_pin_is_good(const char *pin);

/* Whether a name can be an account's: it becomes part of file names and of command lines. */
bool account_name_is_good(const char *name);

#endif
