#ifndef MAILHAUL_CONFIG_PASSWORD_H
#define MAILHAUL_CONFIG_PASSWORD_H

#include <stdbool.h>

struct account;
struct error;

/*
 * Makes sure that a->password is there: runs the account's password_command when the configuration
 * holds none. The password is the first line of what it prints. ERROR_CONFIG when it fails or prints
 * nothing, temporary when it took longer than a minute.
 */
bool password_obtain(struct account *a, struct error *err);

#endif
