#ifndef MAILHAUL_STATE_LOGIN_H
#define MAILHAUL_STATE_LOGIN_H

#include <stdbool.h>

struct error;
struct state;
struct state_maildrop;

/*
 * Gets the name (as in the option auth) of the strongest login mechanism with which a password was ever accepted for
 * this maildrop, of those that auth = auto can choose. *word is NULL if none is recorded; the caller frees it.
 * state_set_login replaces it; NULL removes it. state_commit makes it permanent.
 */
bool state_get_login(struct state *s, const struct state_maildrop *maildrop, char **word, struct error *err);
bool state_set_login(struct state *s, const struct state_maildrop *maildrop, const char *word, struct error *err);

#endif
