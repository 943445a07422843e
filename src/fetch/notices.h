#ifndef MAILHAUL_FETCH_NOTICES_H
#define MAILHAUL_FETCH_NOTICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/step.h"
#include "transfer/task.h"

struct error;
struct log;
struct plan;
struct state;
struct trouble;

enum {
	NOTICES_MOST = 10,	  /* of a kind are reported one by one, */
	NOTICES_CAUSE = 160, /* and known again by so many octets of their words */
};

/* What a run reports about single messages: the first of a kind one by one, the others by their number. */
struct notices {
	int fd; /* to the parent */
	const struct log *log;
	struct trouble *trouble;
	uint64_t counts[TRANSFER_PROBLEMS];
	char causes[TRANSFER_PROBLEMS][NOTICES_MOST][NOTICES_CAUSE]; /* of those that were reported */
	uint64_t large;	      /* messages over max_message_size */
	bool unsure_reported; /* headers that the server refuses */
};

/* Reports a failure that is not about one of many messages. */
void notices_report(struct notices *n, enum step step, const struct error *err);

/* Reports a failure about one message, unless it is the same again or too many are of its kind. */
void notices_add(struct notices *n, enum transfer_problem problem, enum step step, const struct error *err);

/* Names messages that are over max_message_size and were not named before; the state remembers which were. */
bool notices_large(struct notices *n, struct state *state, const struct plan *plan, int64_t now, struct error *err);

/* Reports, once, that the server refuses the headers of messages that may have been fetched before. */
void notices_unsure(struct notices *n, size_t messages);

/* The numbers of those that were not reported one by one. */
void notices_end(struct notices *n);

#endif
