#ifndef MAILHAUL_CONFIG_CREDENTIALS_H
#define MAILHAUL_CONFIG_CREDENTIALS_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Checks the login options for account_check and finds the source of the secret. It drops inherited options that the
 * account's own options exclude. Sets ERROR_CONFIG unless there is exactly one source, of the kind that `auth` needs.
 */
bool credentials_check(struct account *a, struct error *err);

#endif
