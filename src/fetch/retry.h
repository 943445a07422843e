#ifndef MAILHAUL_FETCH_RETRY_H
#define MAILHAUL_FETCH_RETRY_H

#include <stdbool.h>

struct error;
struct worker;

/* After a failed session: whether another session can do without what made this one fail. */
bool retry_learn(struct worker *w, const struct error *err);

#endif
