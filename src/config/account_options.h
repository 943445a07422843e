#ifndef MAILHAUL_CONFIG_ACCOUNT_OPTIONS_H
#define MAILHAUL_CONFIG_ACCOUNT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/account_value.h"

struct account;
struct error;

/* What can be said of an account, or in the defaults section, in the order of the manual. */
extern const struct account_option account_options[];
extern const size_t account_option_count;

/* The option of that name, or NULL. */
const struct account_option *account_find_option(const char *name);

/* An account with the values that hold where nothing is said. */
void account_init(struct account *a, const char *name);
void account_free(struct account *a);

/*
 * Sets an option from values, which are ended by NULL. Relative paths are taken from directory, "~" is
 * the user's home. ERROR_CONFIG says what is wrong with the value and what would be right.
 */
bool account_set(struct account *a, const struct account_option *option, const char *const *values,
    const char *directory, struct error *err);

/* Notes that an option was set at "FILE:LINE", a text that is the account's from now on. */
void account_set_place(struct account *a, const struct account_option *option, char *place);

/* Says that all that was set so far comes from the defaults section. */
void account_end_defaults(struct account *a);

/* Whether an option was set at all; and whether its value comes from the defaults section. */
bool account_is_set(const struct account *a, const char *option);
bool account_is_inherited(const struct account *a, const char *option);

/* Takes back an option that comes from the defaults section, because the account's own words leave no place for it. */
void account_drop_inherited(struct account *a, const char *option);

#endif
