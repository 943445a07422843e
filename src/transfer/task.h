#ifndef MAILHAUL_TRANSFER_TASK_H
#define MAILHAUL_TRANSFER_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/step.h"
#include "io/deadline.h"

struct account;
struct destination;
struct error;
struct log;
struct plan_entry;
struct session;
struct state;

/* Failures that concern one message. */
enum transfer_problem {
	TRANSFER_REFUSED,    /* the server does not give it */
	TRANSFER_KEPT,	     /* the server does not delete it */
	TRANSFER_NOT_TAKEN,  /* the destination does not accept it */
	TRANSFER_INCOMPLETE, /* its size differs from the one the server gave */
	TRANSFER_PROBLEMS,   /* number of kinds */
};

/* The arguments of a transfer; all of them belong to the caller. */
struct transfer {
	const struct account *account;
	struct session *session;
	struct destination *destination;
	struct state *state;
	const struct log *log;
	int64_t now;	/* time of this run, in seconds since the epoch */
	uint64_t began; /* the start of this run, in milliseconds since the epoch */
	bool singly;	/* each message is a batch of its own, because a larger one did not fit on the disk */
	deadline until; /* after that, only a first message is asked for */
	/* Called for a failure that concerns one message only. */
	void (*problem)(void *context, enum transfer_problem problem, enum step step, const struct error *err);
	/*
	 * Called a few times a second with the complete messages and the octets received. NULL: no progress is
	 * wanted.
	 */
	void (*progress)(void *context, uint64_t messages, uint64_t octets);
	void *context;
	enum step *step; /* the current step, for messages */
};

/* The result of a transfer, {0} before it. The counts are of messages safely stored or deleted. */
struct transfer_result {
	uint64_t fetched, fetched_octets, deleted;
	uint64_t not_taken; /* messages retrieved but not stored, for which QUIT would be a receipt */
	uint64_t left_over; /* messages not asked for, because the run was interrupted */
	bool out_of_step;   /* it failed because the server seems to mix up its answers under pipelining */
	bool unasked;	    /* it failed because the server sent more after its answer to a question */
	bool uncounted;	    /* STAT after the last DELE was not answered properly, so `unsure` is set */
	bool unsure;	    /* the server sent more than the answers to DELE, so QUIT's answer proves nothing */
	bool gave_up;	    /* it failed because the server refused a command and hung up */
	bool lacks_room;    /* it failed because the blamed message, or the batch, did not fit in the destination */
	/* the message that was arriving or awaited when it failed, and one more; or NULL */
	const struct plan_entry *blamed[2];
	uint64_t outgrown; /* octets received of the blamed message, which had no end; or 0 */
};

#endif
