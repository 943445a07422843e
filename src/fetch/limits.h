#ifndef MAILHAUL_FETCH_LIMITS_H
#define MAILHAUL_FETCH_LIMITS_H

#include "policy/plan.h"

struct worker;

/* What may still be fetched in this run. */
struct plan_limits limits_left(const struct worker *w);

#endif
