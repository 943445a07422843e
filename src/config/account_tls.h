#ifndef MAILHAUL_CONFIG_ACCOUNT_TLS_H
#define MAILHAUL_CONFIG_ACCOUNT_TLS_H

#include <stdbool.h>

struct account;
struct error;

/* What an account says of TLS: setters for the table of options in config/account.c (account.h tells of them). */
bool account_tls_set_ca_file(struct account *a, const char *value, const char *folder);
bool account_tls_set_trust(struct account *a, const char *value, const char *folder);
bool account_tls_set_pins(struct account *a, const char *const *values);
bool account_tls_set_crl_file(struct account *a, const char *value, const char *folder);
bool account_tls_set_server_name(struct account *a, const char *value, const char *folder);
bool account_tls_set_min_version(struct account *a, const char *value, const char *folder);
bool account_tls_set_priority(struct account *a, const char *value, const char *folder);
bool account_tls_set_client_cert(struct account *a, const char *value, const char *folder);
bool account_tls_set_client_key(struct account *a, const char *value, const char *folder);

/* Whether a text is a pin as tls_pins has them. */
bool account_tls_pin_is_good(const char *pin);

/* For account_end_defaults, account_check and account_free, which do their part for the rest. */
void account_tls_end_defaults(struct account *a);
bool account_tls_check(struct account *a, struct error *err);
void account_tls_free(struct account *a);

#endif
