#ifndef MAILHAUL_FETCH_RETRY_H
#define MAILHAUL_FETCH_RETRY_H

#include <stdbool.h>

struct error;
struct worker;

/* After a session that failed: whether another one can do without what broke it. */
bool retry_learn(struct worker *w, const struct error *err);

#endif
