#ifndef MAILHAUL_POLICY_PLAN_H
#define MAILHAUL_POLICY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/retention.h"

/* A message in the server's listing, together with what is known about it and what will be done. */
struct plan_entry {
	uint32_t number;
	uint64_t octets;
	const char *uid; /* from the listing; never empty */
	struct retention_known known;
	bool doubtful;	/* a message with this UID was delivered, but maybe not this one (fetch/recognize) */
	bool likely;	/* the delivered message is probably this one */
	bool named;	/* it was found in the destination under this UID */
	bool changed;	/* named, but a mail reader changed it there */
	bool rewritten; /* the same, and its header proves nothing */
	bool stayed;	/* the UID has stayed listed, so it identifies the message if no header can */
	bool retrieved; /* the complete message was retrieved to compare it with delivered messages */
	bool fresh;	/* an earlier session found it to be new (fetch/fresh) */
	bool guessed;	/* it counts as new because its header could not be compared with missing messages */
	bool stored;	/* this session has delivered and recorded it */
	bool outdated;	/* it was delivered in doubt, and the server now gives another size */
	bool broke;	/* the connection failed at it before; it is requested last */
	bool failed;	/* it was refused or was too short before; it is requested last */
	/* The order among messages with `broke` or `failed`: a later failure has a larger value. */
	uint64_t broke_at;
	bool unsure; /* it is unknown whether it was delivered; it is left alone */
	struct retention_decision decision;
	bool deleted; /* the server accepted its DELE */
	bool foreign; /* known, but another program may have delivered it; its content was not compared yet */
};

/* The number of entries by decision of plan_decide. */
struct plan_summary {
	size_t fetch; /* to be fetched */
	size_t erase; /* delivered before, to be deleted now */
	size_t leave;
	size_t unreported; /* part of leave: REASON_TOO_LARGE_UNREPORTED */
	size_t unsure;	   /* part of leave: REASON_UNSURE */
	uint64_t fetch_octets;
};

struct plan {
	struct plan_entry *entries; /* in processing order */
	size_t count;
	size_t broke;	    /* entries with `broke` or `failed` */
	size_t fresh;	    /* entries with `fresh` */
	size_t doubts;	    /* entries that were delivered in doubt */
	size_t foreign;	    /* entries with `foreign` */
	size_t unconfirmed; /* entries that are not known for certain; fetch/recognize examines them */
	struct plan_summary summary;
};

/* What the run may still fetch. */
struct plan_limits {
	uint64_t messages;
	uint64_t octets; /* by LIST; UINT64_MAX: no limit; the first message of a run may be larger */
	bool begun;	 /* the run has already fetched a message */
};

/* Makes a plan with `count` entries, all zero. plan_free frees it. */
void plan_make(struct plan *p, size_t count);
void plan_free(struct plan *p);

/*
 * Decides about every entry and computes the summary. newest_first reverses the order. Messages at which the
 * connection failed before, or that failed otherwise, come last, so that they neither block other messages nor use up
 * the limits before them. Messages beyond the limits are left with REASON_LIMIT.
 */
void plan_decide(struct plan *p, const struct retention_rule *rule, const struct retention_clock *clock,
    bool newest_first, const struct plan_limits *limits);

/*
 * Leaves out the messages at which the connection failed before `since`, if there are any and other messages are to
 * be deleted. The server deletes messages at QUIT, which a failed session does not reach. Returns whether it left out
 * any.
 */
bool plan_put_aside(struct plan *p, uint64_t since);

/* Leaves out all messages to be deleted except the first `most`. Returns whether it left out any. */
bool plan_take_part(struct plan *p, size_t most);

#endif
