#ifndef MAILHAUL_CONFIG_ACCOUNT_CHECK_H
#define MAILHAUL_CONFIG_ACCOUNT_CHECK_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Looks at the account as a whole, and sets what depends on several options: ERROR_CONFIG for the first thing that is
 * missing or contradicts.
 */
bool account_check(struct account *a, struct error *err);

#endif
