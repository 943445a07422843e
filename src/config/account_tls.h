#ifndef MAILHAUL_CONFIG_ACCOUNT_TLS_H
#define MAILHAUL_CONFIG_ACCOUNT_TLS_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Checks the TLS options for account_check. It drops inherited options that the account's own options exclude. Sets
 * ERROR_CONFIG.
 */
bool account_tls_check(struct account *a, struct error *err);

#endif
