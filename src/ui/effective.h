#ifndef MAILHAUL_UI_EFFECTIVE_H
#define MAILHAUL_UI_EFFECTIVE_H

struct account;
struct settings;

/*
 * The settings that hold, with where each comes from, on standard output: as a configuration that could be used, the
 * places in comments; or as JSON (man/mailhaul-json.5). Passwords are masked. First the top level, then accounts.
 */
void effective_print_top(const struct settings *s);
void effective_print_account(const struct account *a);
void effective_json_top(const struct settings *s);
void effective_json_account(const struct account *a);

#endif
