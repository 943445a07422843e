#ifndef MAILHAUL_CONFIG_ACCOUNT_OPTIONS_H
#define MAILHAUL_CONFIG_ACCOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/account_value.h"

struct account;
struct error;

/* The options of an account and of the defaults section, in the order of the manual. */
extern const struct account_option account_options[];
extern const size_t account_option_count;

/* Returns the option with that name, or NULL. */
const struct account_option *account_find_option(const char *name);

/* Returns whether a name is valid for an account. Account names become part of file names and command lines. */
bool account_name_is_good(const char *name);

/* Initializes an account with the default values. */
void account_init(struct account *a, const char *name);
void account_free(struct account *a);

/*
 * Sets an option from a list of values that is terminated by NULL. Relative paths are relative to `directory`, and
 * "~" is the user's home directory. If a value is invalid, it sets ERROR_CONFIG, and the error names the value and
 * describes valid ones. A value that may contain a secret is not named.
 */
bool account_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *directory, struct error *err);

/* Records that an option was set at `place`, "FILE:LINE". The account takes ownership of the text. */
void account_set_place(struct account *a, const struct account_option *option, char *place);

/* Marks all options set so far as coming from the defaults section. */
void account_end_defaults(struct account *a);

/* Return whether an option has a value, and whether its value comes from the defaults section. */
bool account_is_set(const struct account *a, const char *option);
bool account_is_inherited(const struct account *a, const char *option);

/* Unsets an option that comes from the defaults section, because the account's own options exclude it. */
void account_drop_inherited(struct account *a, const char *option);

#endif
