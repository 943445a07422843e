#ifndef MAILHAUL_POLICY_PLAN_H
#define MAILHAUL_POLICY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/retention.h"

/* A message of the server's listing joined with what is known of it, and what will be done. */
struct plan_entry {
	uint32_t number;
	uint64_t octets;
	const char *uid; /* the listing's; never empty */
	struct retention_known known;
	bool doubtful; /* another message with this UID was delivered, or this one: fetch/recognize */
	bool likely;   /* it is rather this one */
	bool named;    /* it was found in place under this UID */
	bool rewritten; /* and a reader has changed it there, so that its header proves nothing */
	bool stayed;   /* the UID never went, so it speaks for the message where no header can */
	bool retrieved; /* all of it has come, to be compared with what was delivered */
	bool outdated; /* it was delivered in doubt, and the server gives another size now */
	bool broke;    /* the connection broke at it before: it is asked for last, */
	bool failed;   /* or it was refused, or came short: likewise, */
	uint64_t broke_at; /* after those that broke it longer ago; any count that grows */
	bool unsure;   /* nothing tells whether it was delivered: it is left alone */
	struct retention_decision decision;
	bool deleted; /* the server has taken its DELE */
};

/* How many entries plan_decide gave which decision. */
struct plan_summary {
	size_t fetch; /* to be brought */
	size_t erase; /* delivered before, to be deleted now */
	size_t leave;
	size_t news;   /* of these: REASON_TOO_LARGE_NEWS */
	size_t unsure; /* of these: REASON_UNSURE */
	uint64_t fetch_octets;
};

struct plan {
	struct plan_entry *entries; /* in the order in which they are dealt with */
	size_t count;
	size_t broke;	/* entries at which the connection broke before, or that failed otherwise */
	size_t doubts;	/* entries that were delivered in doubt */
	size_t strange; /* entries that are not known for certain: fetch/recognize has to look at them */
	struct plan_summary summary;
};

/* What a run may still fetch. */
struct plan_limits {
	uint64_t messages;
	uint64_t octets; /* by LIST; the first message of a run may be larger; UINT64_MAX: any */
	bool begun;	 /* it has fetched one before */
};

/* Room for count entries, all zero. */
void plan_make(struct plan *p, size_t count);
void plan_free(struct plan *p);

/*
 * Decides about every entry and sums it up; newest_first turns the order around. Messages at which the connection
 * broke before, or that failed, come last, so that they keep no others away, nor use up the limits before them.
 * Messages beyond the limits are left with REASON_LIMIT.
 */
void plan_decide(struct plan *p, const struct retention_rule *rule, const struct retention_clock *clock,
    bool newest_first, const struct plan_limits *limits);

/*
 * Leaves out the messages at which the connection broke before `since`, if there are any and something else is to be
 * deleted: the server deletes at QUIT, which a session that breaks does not reach. Returns whether it did.
 */
bool plan_put_aside(struct plan *p, uint64_t since);

/* Leaves out all messages that are to be deleted but the first `most`. Returns whether it did. */
bool plan_take_part(struct plan *p, size_t most);

#endif
