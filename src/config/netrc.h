#ifndef MAILHAUL_CONFIG_NETRC_H
#define MAILHAUL_CONFIG_NETRC_H

#include <stdbool.h>

struct buf;

/*
 * Finds the password for a machine and login in the text of a .netrc and appends it. Only an entry that
 * names both counts: "default", and entries without a login, do not. Words may stand in double quotes, in which
 * a backslash takes the next character as it is. *password has room for the whole text, or a copy stays behind.
 */
bool netrc_find(const char *text, const char *machine, const char *login, struct buf *password);

#endif
