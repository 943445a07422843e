#include "config.h"

#include "fetch/limits.h"

#include "config/account.h"
#include "fetch/worker_private.h"
#include "io/deadline.h"

struct plan_limits limits_left(const struct worker *w)
{
	const struct account *a = w->account;
	struct plan_limits left = {UINT64_MAX, UINT64_MAX, w->outcome.fetched > 0};

	if (a->limits.messages > 0)
		left.messages = a->limits.messages > w->outcome.fetched ? a->limits.messages - w->outcome.fetched : 0;
	if (a->limits.octets > 0)
		left.octets =
		    a->limits.octets > w->outcome.fetched_octets ? a->limits.octets - w->outcome.fetched_octets : 0;
	if (w->undone || w->lessons.part > 0 || (left.begun && deadline_left(w->until) == 0))
		left.messages = 0;
	return left;
}
