#ifndef MAILHAUL_CONFIG_PASSWORD_H
#define MAILHAUL_CONFIG_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct error;

/*
 * Makes sure that the password or token of accounts[index] is there, from the source that its configuration
 * names: the first line of a command's output, of a file or of what is typed, or an entry in a .netrc. A
 * command that several accounts name runs once for all of them, whether it succeeds or not: what became of it
 * for the accounts before counts. ERROR_CONFIG when nothing comes of it, temporary when a command took longer
 * than a minute.
 */
bool password_obtain(struct account *const *accounts, size_t index, struct error *err);

#endif
