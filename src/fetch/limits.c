#include "config.h"

#include "fetch/limits.h"

#include "config/account.h"
#include "fetch/worker_private.h"
#include "io/deadline.h"

struct plan_limits limits_left(const struct worker *w)
{
	const struct account *a = w->account;
	struct plan_limits left = {UINT64_MAX, UINT64_MAX, w->outcome.fetched > 0};

	if (a->limits.max_messages > 0)
		left.messages =
		    a->limits.max_messages > w->outcome.fetched ? a->limits.max_messages - w->outcome.fetched : 0;
	if (a->limits.max_octets > 0)
		left.octets = a->limits.max_octets > w->outcome.fetched_octets
		    ? a->limits.max_octets - w->outcome.fetched_octets
		    : 0;
	if (w->undone || w->lessons.part > 0 || (left.begun && deadline_left(w->until) == 0))
		left.messages = 0;
	return left;
}
