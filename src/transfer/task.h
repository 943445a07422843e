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
	TRANSFER_REFUSED,    /* the server does not give the message */
	TRANSFER_KEPT,	     /* the server does not delete it */
	TRANSFER_NOT_TAKEN,  /* the destination does not take it */
	TRANSFER_INCOMPLETE, /* it came with another size than the server gave */
	TRANSFER_PROBLEMS,   /* how many there are */
};

/* What a transfer works with; all of it belongs to the caller. */
struct transfer {
	const struct account *account;
	struct session *session;
	struct destination *destination;
	struct state *state;
	const struct log *log;
	int64_t now;	/* seconds since the epoch: the time of this run */
	deadline until; /* after that, no message is asked for but the first */
	/* Told of a failure that concerns one message alone. */
	void (*problem)(void *context, enum transfer_problem problem, enum step step, const struct error *err);
	/* Told, a few times a second, how much has arrived: whole messages, and octets. NULL: nobody looks. */
	void (*progress)(void *context, uint64_t messages, uint64_t octets);
	void *context;
	enum step *step; /* what is being done, for messages */
};

/* What a transfer did. {0} before it. What is counted is safe. */
struct transfer_result {
	uint64_t fetched, fetched_octets, deleted;
	uint64_t not_taken; /* messages that were retrieved and are not stored: QUIT would be a receipt for them */
	uint64_t left_over; /* messages that were not asked for any more, because the run was interrupted */
	bool out_of_step; /* it failed because the server seems to mix its answers up under pipelining */
	bool unasked;	  /* it failed because the server said more behind its answer to a question */
	bool uncounted;	  /* the answer to STAT after the last DELE was none, so that the same holds: */
	bool unsure;	  /* more was said than the answers to DELE, so that QUIT's answer proves nothing */
	bool gave_up;	  /* it failed because the server refused a message and hung up */
	const struct plan_entry *blamed[2]; /* the message that was arriving, or awaited, when it failed, and one more; or NULL */
	uint64_t outgrown; /* so many octets came of that one, and it had no end; or 0 */
};

#endif
