#ifndef MAILHAUL_CONFIG_PASSWORD_H
#define MAILHAUL_CONFIG_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

struct account;
struct error;

/*
 * Obtains the password or token of accounts[index] from the source that its configuration names, unless it is already
 * present. The source is the first line of a command's output, of a file or of typed input, or an entry in a .netrc.
 * A command that several accounts use runs only once, and its result is used for all of them, success or failure.
 * Sets ERROR_CONFIG on failure. The failure is temporary if a command takes longer than a minute or the run is
 * interrupted.
 */
bool password_obtain(struct account *const *accounts, size_t index, struct error *err);

#endif
