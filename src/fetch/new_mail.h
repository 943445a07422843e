#ifndef MAILHAUL_FETCH_NEW_MAIL_H
#define MAILHAUL_FETCH_NEW_MAIL_H

#include <stdbool.h>

struct account;
struct outcome;

/* Whether on_new_mail is to be run after an account ended like that. */
bool new_mail_is_due(const struct account *account, const struct outcome *outcome);

/*
 * Runs on_new_mail, in a process of its own: the environment is changed. A failure goes to the parent as
 * EVENT_PROBLEM over fd.
 */
void new_mail_run(const struct account *account, const struct outcome *outcome, int fd);

#endif
