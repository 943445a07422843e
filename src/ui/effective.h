#ifndef MAILHAUL_UI_EFFECTIVE_H
#define MAILHAUL_UI_EFFECTIVE_H

#include <stdbool.h>

struct account;
struct settings;

/*
 * Print the effective settings and the origin of each on standard output. The text format is a usable configuration
 * with the origins in comments; the JSON format is described in man/mailhaul-json.5. Passwords are masked. Print the
 * top level first, then the accounts. changed: only settings whose values differ from the defaults.
 * effective_print_top returns whether it printed anything.
 */
bool effective_print_top(const struct settings *s, bool changed);
void effective_print_account(const struct account *a, bool changed);
void effective_json_top(const struct settings *s, bool changed);
void effective_json_account(const struct account *a, bool changed);

#endif
