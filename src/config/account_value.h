#ifndef MAILHAUL_CONFIG_ACCOUNT_VALUE_H
#define MAILHAUL_CONFIG_ACCOUNT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;
struct error;

/*
 * Kinds of values and their types in struct account. The account owns what its pointers refer to. NULL means that a
 * value is not set.
 */
enum account_kind {
	ACCOUNT_TEXT,	     /* char *, not empty */
	ACCOUNT_HOST,	     /* char *, a host name or address */
	ACCOUNT_PATH,	     /* char *, absolute */
	ACCOUNT_PATH_OR_URI, /* char *, a path or a PKCS#11 URI (RFC 7512) */
	ACCOUNT_FILE_NAME,   /* char *, without a directory */
	ACCOUNT_SECRET,	     /* struct secret * */
	ACCOUNT_COMMAND,     /* char **, a program and its arguments, terminated by NULL */
	ACCOUNT_PINS,	     /* char **, pins of keys, terminated by NULL */
	ACCOUNT_COUNT,	     /* unsigned */
	ACCOUNT_SIZE,	     /* uint64_t, bytes */
	ACCOUNT_TIME,	     /* int64_t, seconds */
	ACCOUNT_FLAG,	     /* bool, index of one of two words */
	ACCOUNT_CHOICE,	     /* an enum whose values are indexes of words */
	ACCOUNT_MECHANISM,   /* const struct mechanism *, NULL: auto */
	ACCOUNT_DESTINATION, /* struct account_destination */
	ACCOUNT_RETENTION,   /* the mode and age of a struct retention_rule */
};

/* An option of an account or of the defaults section; a row of account_options. */
struct account_option {
	const char *name;
	enum account_kind kind;
	size_t at;		  /* offset of the value in struct account */
	uint64_t least, most;	  /* range of ACCOUNT_COUNT and ACCOUNT_TIME */
	const char *const *words; /* of ACCOUNT_FLAG and ACCOUNT_CHOICE, terminated by NULL; the default comes first */
	const char *initial;	  /* default of other kinds, as text; NULL: 0, or not set */
	bool secret;		  /* messages do not repeat the value */
	const char *expects;	  /* valid values, for messages: "a number from 1 to 65535" */
};

/* Returns whether an option takes a list of values, such as {"a", "b"}. */
bool account_value_is_list(const struct account_option *option);

/*
 * Sets a value from texts, terminated by NULL. Relative paths are relative to `directory`. Returns false if the texts
 * are not valid. Then *err is ERROR_CONFIG if there is more to say than what the option expects, else ERROR_NONE.
 */
bool account_value_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *directory, struct error *err);

/*
 * Returns a value as the texts that would set it, terminated by NULL; a password becomes "***". Returns NULL if it is
 * not set. The caller frees the result with account_value_free.
 */
char **account_value_get(const struct account *a, const struct account_option *option);
void account_value_free(char **values);

/* Returns whether the option has a value. A flag has a value when it is on. */
bool account_value_is_set(const struct account *a, const struct account_option *option);

/* Frees a value. The option is then not set. */
void account_value_clear(struct account *a, const struct account_option *option);

/* Returns whether a text is a valid pin of tls_pins. */
bool account_pin_is_good(const char *pin);

#endif
