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
	char *login;			      /* where, who and how */
	unsigned char mark[STATE_MARK_SIZE]; /* of the secret */
	char *words;			      /* the server's, escaped */
};

/*
 * The last refusal, if one is kept; the caller frees login and words. Setting one replaces it, NULL forgets it;
 * state_commit makes that last.
 */
bool state_get_refusal(struct state *s, struct state_refusal *r, bool *found, struct error *err);
bool state_set_refusal(struct state *s, const struct state_refusal *r, struct error *err);

#endif
