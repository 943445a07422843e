#ifndef MAILHAUL_CONFIG_ACCOUNT_VALUE_H
#define MAILHAUL_CONFIG_ACCOUNT_VALUE_H

#include <stddef.h>

struct account;
struct buf;

/*
 * Getters for the table of options in config/account.c (account.h tells of them): what is at an offset of struct
 * account, as the texts that the option's setter takes. One for each kind of value.
 */
char **account_value_text(const struct account *a, size_t at);
char **account_value_list(const struct account *a, size_t at);
char **account_value_unsigned(const struct account *a, size_t at);
char **account_value_number(const struct account *a, size_t at);
char **account_value_size(const struct account *a, size_t at);
char **account_value_time(const struct account *a, size_t at);

/* And for values that are words. */
char **account_value_tls(const struct account *a, size_t at);
char **account_value_trust(const struct account *a, size_t at);
char **account_value_version(const struct account *a, size_t at);
char **account_value_auth(const struct account *a, size_t at);
char **account_value_source(const struct account *a, size_t source); /* enum secret_source; a password is "***" */
char **account_value_deliver_to(const struct account *a, size_t at);
char **account_value_leave(const struct account *a, size_t at);
char **account_value_repeat(const struct account *a, size_t at);
char **account_value_order(const struct account *a, size_t at);
char **account_value_line_endings(const struct account *a, size_t at);

void account_value_free(char **values);

/*
 * Appends a text as it can stand in a configuration: a word as it is, else in double quotes, with escapes for what
 * libConfuse or a terminal would take for something else.
 */
void account_value_quote(struct buf *out, const char *text);

#endif
