#ifndef MAILHAUL_CONFIG_ACCOUNT_TLS_H
#define MAILHAUL_CONFIG_ACCOUNT_TLS_H

#include <stdbool.h>

struct account;
struct error;

/* account_check's part about TLS: drops what the account's own words leave no place for. ERROR_CONFIG. */
bool account_tls_check(struct account *a, struct error *err);

#endif
