#include "config.h"

#include "policy/plan.h"

#include <stdlib.h>

#include "base/memory.h"

void plan_make(struct plan *p, size_t count)
{
	*p = (struct plan){.entries = memory_zeroed(count, sizeof(*p->entries)), .count = count};
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

/* Moves messages that failed before to the end, ordered by their last failure. There are only a few of them. */
static void put_broken_last(struct plan *p)
{
	struct plan_entry *broken = memory_zeroed(p->broke, sizeof(*broken));
	size_t kept = 0, count = 0;

	for (size_t i = 0; i < p->count; i++) {
		size_t place = count;

		if (!p->entries[i].broke && !p->entries[i].failed) {
			p->entries[kept++] = p->entries[i];
			continue;
		}
		for (; place > 0 && broken[place - 1].broke_at > p->entries[i].broke_at; place--)
			broken[place] = broken[place - 1];
		broken[place] = p->entries[i];
		count++;
	}
	for (size_t i = 0; i < count; i++)
		p->entries[kept + i] = broken[i];
	free(broken);
}

static bool has_room(const struct plan_limits *limits, const struct plan_summary *chosen, uint64_t octets)
{
	/* Sizes come from the server, so their sum can be anything unless there is a limit. */
	bool any = limits->octets == UINT64_MAX || (chosen->fetch == 0 && !limits->begun);

	uint64_t left = limits->octets > chosen->fetch_octets ? limits->octets - chosen->fetch_octets : 0;

	return chosen->fetch < limits->messages && (any || octets <= left);
}

void plan_decide(struct plan *p, const struct retention_rule *rule, const struct retention_clock *clock,
    bool newest_first, const struct plan_limits *limits)
{
	struct plan_summary *summary = &p->summary;
	bool full = false;

	*summary = (struct plan_summary){0};
	if (newest_first)
		turn_around(p);
	if (p->broke > 0)
		put_broken_last(p);
	for (size_t i = 0; i < p->count; i++) {
		struct plan_entry *e = &p->entries[i];

		e->decision = retention_decide(rule, clock, e->octets, &e->known);
		if (e->unsure)
			e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_UNSURE};
		full = full || (e->decision.reason == REASON_NEW && !has_room(limits, summary, e->octets));
		if (e->decision.reason == REASON_NEW && full)
			e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_LIMIT};
		if (e->decision.reason == REASON_NEW) {
			summary->fetch++;
			summary->fetch_octets += e->octets;
		} else if (e->decision.action == RETENTION_DELETE) {
			summary->erase++;
		} else {
			summary->leave++;
			summary->unreported += e->decision.reason == REASON_TOO_LARGE_UNREPORTED;
			summary->unsure += e->unsure;
		}
	}
}

static bool is_deleted(const struct plan_entry *e)
{
	return e->decision.action == RETENTION_DELETE || e->decision.action == RETENTION_FETCH_AND_DELETE;
}

bool plan_put_aside(struct plan *p, uint64_t since)
{
	struct plan_summary *summary = &p->summary;
	size_t deleted = 0, aside = 0;

	for (size_t i = 0; i < p->count && p->broke > 0; i++)
		deleted += !p->entries[i].broke && is_deleted(&p->entries[i]);
	for (size_t i = 0; i < p->count && deleted > 0; i++) {
		struct plan_entry *e = &p->entries[i];

		if (!e->broke || e->broke_at >= since || e->decision.action == RETENTION_LEAVE)
			continue;
		if (e->decision.action == RETENTION_DELETE) {
			summary->erase--;
		} else {
			summary->fetch--;
			summary->fetch_octets -= e->octets;
		}
		summary->leave++;
		e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_BROKE};
		aside++;
	}
	return aside > 0;
}

bool plan_take_part(struct plan *p, size_t most)
{
	size_t taken = 0, left = 0;

	for (size_t i = 0; i < p->count; i++) {
		struct plan_entry *e = &p->entries[i];

		if (e->decision.action != RETENTION_DELETE || taken++ < most)
			continue;
		e->decision = (struct retention_decision){RETENTION_LEAVE, REASON_LIMIT};
		left++;
	}
	p->summary.erase -= left;
	p->summary.leave += left;
	return left > 0;
}
