#include "config.h"

#include "policy/plan.h"

#include <stdlib.h>

#include "base/memory.h"

void plan_make(struct plan *p, size_t count)
{
	p->entries = memory_zeroed(count, sizeof(*p->entries));
	p->count = count;
}

void plan_free(struct plan *p)
{
	free(p->entries);
	*p = (struct plan){0};
}

static void turn_around(struct plan *p)
{
	for (size_t i = 0, j = p->count; i + 1 < j; i++) {
		struct plan_entry swapped = p->entries[i];

		p->entries[i] = p->entries[--j];
		p->entries[j] = swapped;
	}
}

void plan_decide(struct plan *p, const struct retention_rule *rule, const struct retention_clock *clock,
    bool newest_first, uint64_t max_messages, struct plan_summary *summary)
{
	*summary = (struct plan_summary){0};
	if (newest_first)
		turn_around(p);
	for (size_t i = 0; i < p->count; i++) {
		struct plan_entry *e = &p->entries[i];

		e->decision = retention_decide(rule, clock, e->octets, &e->known);
		if (e->unsure)
			e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_UNSURE};
		if (e->decision.reason == REASON_NEW && summary->fetch == max_messages)
			e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_LIMIT};
		if (e->decision.reason == REASON_NEW) {
			summary->fetch++;
			summary->fetch_octets += e->octets;
		} else if (e->decision.action == RETENTION_DELETE) {
			summary->erase++;
		} else {
			summary->leave++;
		}
	}
}
