#ifndef MAILHAUL_FETCH_LIMITS_H
#define MAILHAUL_FETCH_LIMITS_H

#include "policy/plan.h"

struct worker;

/* Returns how many messages and octets this run may still fetch. */
struct plan_limits limits_left(const struct worker *w);

#endif
