#ifndef MAILHAUL_CONFIG_NETRC_H
#define MAILHAUL_CONFIG_NETRC_H

#include <stdbool.h>

struct buf;

/*
 * Searches the text of a .netrc for the password of a machine and login and stores it in *password. Only an entry
 * that names both is used, so "default" and entries without a login are ignored. Words may be in double quotes, where
 * a backslash escapes the next character. Returns false if there is no such entry; *password may then hold another
 * password. *password must have room for the complete text, so that no copy of a secret remains in memory.
 */
bool netrc_find(const char *text, const char *machine, const char *login, struct buf *password);

#endif
