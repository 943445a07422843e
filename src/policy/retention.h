#ifndef MAILHAUL_POLICY_RETENTION_H
#define MAILHAUL_POLICY_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The policy of an account (leave_on_server). */
enum retention_mode {
	RETENTION_FOREVER, /* never delete */
	RETENTION_NONE,	   /* delete when the message is safe */
	RETENTION_AGE,	   /* delete `age` seconds after delivery */
};

struct retention_rule {
	enum retention_mode mode;
	int64_t age;	     /* seconds; for RETENTION_AGE */
	uint64_t max_octets; /* larger messages are not fetched; 0: no limit */
	bool keep;	     /* this run deletes no messages */
	bool hold;	     /* messages delivered before this run are not deleted; the destination may lack them */
	uint64_t command;    /* mark of deliver_command (policy/refusals) */
	bool retry;	     /* messages that deliver_command refused too often are fetched all the same */
};

/* The current time, and the latest time that an earlier run saw (0: no earlier run), in seconds since the epoch. */
struct retention_clock {
	int64_t now;
	int64_t last_seen;
};

/* What is known about a message that the server lists. */
struct retention_known {
	int64_t when;	   /* time of the delivery */
	bool delivered;	   /* mailhaul delivered it and recorded that */
	bool reported;	   /* its excessive size was reported to the user */
	bool doubt;	   /* it was delivered with a size other than the server's (policy/evidence.h), or: */
	bool foreign;	   /* another program may have delivered it, so its copy may differ from the server's */
	uint64_t outgrown; /* octets received without reaching its end; 0: not tried */
	uint64_t refusals; /* by deliver_command (policy/refusals) */
};

enum retention_action {
	RETENTION_FETCH,	    /* fetch it, and leave it on the server */
	RETENTION_FETCH_AND_DELETE, /* fetch it, and delete it when it is safe */
	RETENTION_LEAVE,	    /* leave it on the server */
	RETENTION_DELETE,	    /* delete it from the server */
};

enum retention_reason {
	REASON_NEW,		     /* not delivered yet */
	REASON_TOO_LARGE,	     /* larger than max_octets; reported before */
	REASON_TOO_LARGE_UNREPORTED, /* larger than max_octets; to be reported */
	REASON_LIMIT,		     /* a limit of the run is reached (policy/plan) */
	REASON_FOREVER,		     /* delivered; the policy keeps it */
	REASON_SAFE,		     /* delivered; the policy deletes it */
	REASON_YOUNG,		     /* delivered; its age is below the limit */
	REASON_OLD,		     /* delivered; its age has reached the limit */
	REASON_CLOCK,		     /* delivered; the clock went backward, so ages are not known */
	REASON_UNSURE,		     /* it is unknown whether it was delivered (policy/plan) */
	REASON_KEEP,		     /* to be deleted, but not in this run */
	REASON_HELD,		     /* to be deleted, but the destination may lack it */
	REASON_OUTGROWN,	     /* it did not end within evidence_octets_most octets */
	REASON_REFUSED,		     /* deliver_command has refused it too often */
	REASON_BROKE,	   /* the connection failed at it, and other messages are to be deleted (policy/plan) */
	REASON_INCOMPLETE, /* delivered, but perhaps incomplete, so the server's copy is kept */
	REASON_FOREIGN,	   /* delivered by another program, and not known to be the same as on the server */
};

struct retention_decision {
	enum retention_action action;
	enum retention_reason reason;
};

/*
 * Decides about one message. It never returns DELETE for a message that was not delivered or may be incomplete. It
 * also never deletes by age if the clock is behind the delivery or behind the time that an earlier run saw.
 */
struct retention_decision retention_decide(const struct retention_rule *rule, const struct retention_clock *clock,
    uint64_t octets, const struct retention_known *known);

/*
 * Returns when a message delivered at `delivered` may be deleted: seconds since the epoch, 0 for at once, -1 for
 * never.
 */
int64_t retention_due(const struct retention_rule *rule, int64_t delivered);

/* Formats a time span in its largest unit: "3 days", "1 hour", "40 seconds". */
void retention_span(int64_t seconds, char *out, size_t size);

/* Describes the decision for a dry run, for example "leave: delivered 3 days ago, kept for 14 days". */
void retention_explain(const struct retention_rule *rule, const struct retention_clock *clock,
    const struct retention_known *known, struct retention_decision decision, char *out, size_t size);

#endif
