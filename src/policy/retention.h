#ifndef MAILHAUL_POLICY_RETENTION_H
#define MAILHAUL_POLICY_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an account wants (leave_on_server). */
enum retention_mode {
	RETENTION_FOREVER, /* never delete */
	RETENTION_NONE,	   /* delete once the message is safe */
	RETENTION_AGE,	   /* delete `age` seconds after it was delivered here */
};

struct retention_rule {
	enum retention_mode mode;
	int64_t age;	       /* seconds; RETENTION_AGE alone */
	uint64_t max_octets;   /* larger messages stay where they are; 0: no limit */
	bool keep;	       /* this run deletes nothing */
	bool hold;	       /* nor what was delivered before it: it may not be here any more */
};

/* The time now, and the latest time that an earlier run saw (0: none did); seconds since the epoch. */
struct retention_clock {
	int64_t now;
	int64_t last_seen;
};

/* What is known of a message that the server lists. */
struct retention_known {
	int64_t when;	   /* the time of the delivery */
	bool delivered;	   /* this program put it in place and recorded that */
	bool told;	   /* the user was told that it is too large */
	bool doubt;	   /* it was delivered with another size than the server gave (policy/evidence.h) */
	uint64_t outgrown; /* so many octets came of it, and it had no end; 0: it was not tried */
};

enum retention_action {
	RETENTION_FETCH,	    /* bring it, and leave it on the server */
	RETENTION_FETCH_AND_DELETE, /* bring it, and delete it once it is safe */
	RETENTION_LEAVE,	    /* do nothing */
	RETENTION_DELETE,	    /* it has been safe for long enough */
};

enum retention_reason {
	REASON_NEW,	    /* not delivered yet */
	REASON_TOO_LARGE,   /* over max_octets; told before */
	REASON_TOO_LARGE_NEWS, /* over max_octets; the user has to be told */
	REASON_LIMIT,	    /* a limit of the run is reached: policy/plan */
	REASON_FOREVER,	    /* delivered; the policy keeps it */
	REASON_SAFE,	    /* delivered; the policy deletes it */
	REASON_YOUNG,	    /* delivered; its age is not reached */
	REASON_OLD,	    /* delivered; its age is reached */
	REASON_CLOCK,	    /* delivered; the clock went backwards, so ages mean nothing */
	REASON_UNSURE,	    /* nothing tells whether it was delivered: policy/plan */
	REASON_KEEP,	    /* would be deleted, but not in this run */
	REASON_HELD,	    /* the same, because it may not be here any more */
	REASON_OUTGROWN,    /* it does not end where it has to */
	REASON_BROKE,	    /* the connection broke at it, and something else is to be deleted: policy/plan */
	REASON_INCOMPLETE,  /* delivered, but perhaps not whole, so the server's copy stays */
};

struct retention_decision {
	enum retention_action action;
	enum retention_reason reason;
};

/*
 * Decides about one message. It never says DELETE of a message that was not delivered or may not be whole, nor by age
 * when the clock is behind the delivery or behind what an earlier run saw.
 */
struct retention_decision retention_decide(const struct retention_rule *rule, const struct retention_clock *clock,
    uint64_t octets, const struct retention_known *known);

/* When a message that was delivered then becomes due: seconds since the epoch, 0: at once, -1: never. */
int64_t retention_due(const struct retention_rule *rule, int64_t delivered);

/* A span in words, in its largest unit: "3 days", "1 hour", "40 seconds". */
void retention_span(int64_t seconds, char *out, size_t size);

/* The decision in words for a dry run, for example "leave: delivered 3 days ago, kept for 14 days". */
void retention_explain(const struct retention_rule *rule, const struct retention_clock *clock,
    const struct retention_known *known, struct retention_decision decision, char *out, size_t size);

#endif
