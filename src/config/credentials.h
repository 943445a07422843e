#ifndef MAILHAUL_CONFIG_CREDENTIALS_H
#define MAILHAUL_CONFIG_CREDENTIALS_H

#include <stdbool.h>

struct account;
struct error;

/*
 * What an account says about its login: the options auth, password and its relatives. Setters for the table of
 * config/account: false when the value is not what is expected.
 */
bool credentials_set_auth(struct account *a, const char *value, const char *folder);
bool credentials_set_password(struct account *a, const char *value, const char *folder);
bool credentials_set_password_command(struct account *a, const char *const *values);
bool credentials_set_password_file(struct account *a, const char *value, const char *folder);
bool credentials_set_password_credential(struct account *a, const char *value, const char *folder);
bool credentials_set_password_netrc(struct account *a, const char *value, const char *folder);
bool credentials_set_password_prompt(struct account *a, const char *value, const char *folder);
bool credentials_set_token_command(struct account *a, const char *const *values);

/* All that was set so far comes from the defaults section, and gives way to what the account says itself. */
void credentials_end_defaults(struct account *a);

/*
 * Looks at all of it together, and drops what the account's own words leave no place for. ERROR_CONFIG unless
 * there is exactly one source for the secret, of the kind that auth needs.
 */
bool credentials_check(struct account *a, struct error *err);

void credentials_free(struct account *a);

#endif
