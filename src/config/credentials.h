#ifndef MAILHAUL_CONFIG_CREDENTIALS_H
#define MAILHAUL_CONFIG_CREDENTIALS_H

#include <stdbool.h>

struct account;
struct error;

/*
 * account_check's part about the login: drops what the account's own words leave no place for, and finds the source of
 * the secret. ERROR_CONFIG unless there is exactly one, of the kind that auth needs.
 */
bool credentials_check(struct account *a, struct error *err);

#endif
