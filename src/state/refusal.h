#ifndef MAILHAUL_STATE_REFUSAL_H
#define MAILHAUL_STATE_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

enum { STATE_MARK_SIZE = 2 };

/* A login that the server refused. */
struct state_refusal {
	int64_t at;
	char *login;			     /* server, user and method of the login */
	unsigned char mark[STATE_MARK_SIZE]; /* mark of the secret */
	char *words;			     /* the server's words, escaped */
};

/*
 * Gets the last refusal, if one is stored. The caller frees login and words. state_set_refusal replaces it; NULL
 * removes it. state_commit makes it permanent.
 */
bool state_get_refusal(struct state *s, struct state_refusal *r, bool *found, struct error *err);
bool state_set_refusal(struct state *s, const struct state_refusal *r, struct error *err);

#endif
