#ifndef MAILHAUL_FETCH_NEW_MAIL_H
#define MAILHAUL_FETCH_NEW_MAIL_H

#include <stdbool.h>

struct account;
struct outcome;

/* Whether on_new_mail has to run after an account that ended with this outcome. */
bool new_mail_is_due(const struct account *account, const struct outcome *outcome);

/*
 * Runs on_new_mail and waits for its end. A failure is sent to the parent over fd as EVENT_PROBLEM.
 */
void new_mail_run(const struct account *account, const struct outcome *outcome, int fd);

#endif
