#ifndef MAILHAUL_CONFIG_ACCOUNT_CHECK_H
#define MAILHAUL_CONFIG_ACCOUNT_CHECK_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Checks an account as a whole and sets the values that depend on several options. *next is 0 at first. Returns false
 * and sets ERROR_CONFIG for the first option that is missing or contradicts another one; *next is then where the
 * following call continues, so that all mistakes can be reported.
 */
bool account_check(struct account *a, unsigned *next, struct error *err);

/*
 * Returns whether a run checks for more messages in another session: what `repeat` says, or its default for the
 * server.
 */
bool account_repeats(const struct account *a);

/* Initializes *defaults with the values that the options of `a` have unless they are set. account_free frees it. */
void account_defaults(struct account *defaults, const struct account *a);

#endif
