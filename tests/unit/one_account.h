#ifndef MAILHAUL_TESTS_UNIT_ONE_ACCOUNT_H
#define MAILHAUL_TESTS_UNIT_ONE_ACCOUNT_H

#include <stdbool.h>

#include "config/account.h"
#include "config/account_options.h"

struct error;

/* The account that a suite tests. enter_account and leave_account make a fixture; home is /home/me. */
extern struct account a;

void enter_account(void);
void leave_account(void);

/* Returns the option of that name, which must exist. */
const struct account_option *find_option(const char *name);

/* Sets an option to one value, as a file in /etc/mail does. */
bool set(const char *name, const char *value, struct error *err);
void must_set(const char *name, const char *value);

#endif
