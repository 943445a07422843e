#ifndef MAILHAUL_CONFIG_ACCOUNT_CHECK_H
#define MAILHAUL_CONFIG_ACCOUNT_CHECK_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Checks an account as a whole and sets the values that depend on several options. Sets ERROR_CONFIG for the first
 * option that is missing or contradicts another one.
 */
bool account_check(struct account *a, struct error *err);

#endif
