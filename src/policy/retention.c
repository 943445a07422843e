#include "config.h"

#include "policy/retention.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy/evidence.h"
#include "policy/refusals.h"

static struct retention_decision decide_unknown(const struct retention_rule *rule, uint64_t octets,
    const struct retention_known *known)
{
	bool delete_later = rule->mode == RETENTION_NONE && !rule->keep;

	if (rule->max_octets > 0 && octets > rule->max_octets)
		return (struct retention_decision){RETENTION_LEAVE,
		    known->reported ? REASON_TOO_LARGE : REASON_TOO_LARGE_UNREPORTED};
	if (known->outgrown > evidence_octets_most(rule->max_octets, octets))
		return (struct retention_decision){RETENTION_LEAVE, REASON_OUTGROWN};
	if (!rule->retry && refusals_count(known->refusals, rule->command) >= REFUSALS_MOST)
		return (struct retention_decision){RETENTION_LEAVE, REASON_REFUSED};
	return (struct retention_decision){delete_later ? RETENTION_FETCH_AND_DELETE : RETENTION_FETCH, REASON_NEW};
}

static enum retention_reason age_reason(const struct retention_rule *rule, const struct retention_clock *clock,
    int64_t delivered)
{
	if (clock->now < delivered || clock->now < clock->last_seen)
		return REASON_CLOCK;
	return clock->now - delivered >= rule->age ? REASON_OLD : REASON_YOUNG;
}

struct retention_decision retention_decide(const struct retention_rule *rule, const struct retention_clock *clock,
    uint64_t octets, const struct retention_known *known)
{
	enum retention_reason reason;

	if (!known->delivered)
		return decide_unknown(rule, octets, known);
	switch (rule->mode) {
	case RETENTION_NONE:
		reason = REASON_SAFE;
		break;
	case RETENTION_AGE:
		reason = age_reason(rule, clock, known->when);
		break;
	default:
		reason = REASON_FOREVER;
		break;
	}
	if (reason != REASON_SAFE && reason != REASON_OLD)
		return (struct retention_decision){RETENTION_LEAVE, reason};
	if (known->doubt)
		return (
		    struct retention_decision){RETENTION_LEAVE, known->foreign ? REASON_FOREIGN : REASON_INCOMPLETE};
	if (rule->hold)
		return (struct retention_decision){RETENTION_LEAVE, REASON_HELD};
	if (rule->keep)
		return (struct retention_decision){RETENTION_LEAVE, REASON_KEEP};
	return (struct retention_decision){RETENTION_DELETE, reason};
}

int64_t retention_due(const struct retention_rule *rule, int64_t delivered)
{
	if (rule->mode == RETENTION_AGE)
		return delivered + rule->age;
	return rule->mode == RETENTION_NONE ? 0 : -1;
}

void retention_span(int64_t seconds, char *out, size_t size)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t i = 0;
	int64_t count;

	while (i < 3 && seconds < units[i].seconds)
		i++;
	count = seconds / units[i].seconds;
	snprintf(out, size, "%" PRId64 " %s%s", count, units[i].name, count == 1 ? "" : "s");
}

/* The explanations without a number. */
static const char *const explanations[] = {
    [REASON_LIMIT] = "leave: the limit of this run is reached; a later run fetches it",
    [REASON_FOREVER] = "leave: delivered, kept forever",
    [REASON_SAFE] = "delete: delivered",
    [REASON_CLOCK] = "leave: the clock went backwards, so its age is unknown",
    [REASON_UNSURE] = "leave: the server gives no header (TOP), so it is unknown whether it was delivered",
    [REASON_KEEP] = "leave: --keep",
    [REASON_HELD] = "leave: delivered, but the Maildir is older than the state and may lack it",
    [REASON_BROKE] = "leave: the connection dropped at this message; another session asks for it",
    [REASON_INCOMPLETE] = "leave: delivered, but its size differs from the size that the server reports",
    [REASON_FOREIGN] = "leave: delivered by another program or changed there, and its copy is not known to be the same",
};

void retention_explain(const struct retention_rule *rule, const struct retention_clock *clock,
    const struct retention_known *known, struct retention_decision decision, char *out, size_t size)
{
	char since[48], limit[48];

	retention_span(clock->now - known->when, since, sizeof(since));
	retention_span(rule->age, limit, sizeof(limit));
	switch (decision.reason) {
	case REASON_NEW:
		snprintf(out, size, "fetch%s: new",
		    decision.action == RETENTION_FETCH_AND_DELETE ? ", then delete" : "");
		break;
	case REASON_TOO_LARGE:
	case REASON_TOO_LARGE_UNREPORTED:
		snprintf(out, size, "leave: larger than max_message_size (%" PRIu64 " bytes)", rule->max_octets);
		break;
	case REASON_YOUNG:
		snprintf(out, size, "leave: delivered %s ago, kept for %s", since, limit);
		break;
	case REASON_OLD:
		snprintf(out, size, "delete: delivered %s ago, kept for %s", since, limit);
		break;
	case REASON_OUTGROWN:
		snprintf(out, size, "leave: it does not end after %" PRIu64 " bytes", known->outgrown);
		break;
	case REASON_REFUSED:
		snprintf(out, size, "leave: deliver_command refused it %u times",
		    refusals_count(known->refusals, rule->command));
		break;
	default:
		snprintf(out, size, "%s", explanations[decision.reason]);
		break;
	}
}
