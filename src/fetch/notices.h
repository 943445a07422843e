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
	NOTICES_MOST = 10,   /* failures of one kind that are reported one by one */
	NOTICES_CAUSE = 160, /* bytes of a cause that are compared to recognize it */
};

/* The reports of a run about single messages. The first of each kind are reported one by one, the rest only counted. */
struct notices {
	int fd; /* connected to the parent */
	const struct log *log;
	struct trouble *trouble;
	uint64_t counts[TRANSFER_PROBLEMS];
	char causes[TRANSFER_PROBLEMS][NOTICES_MOST][NOTICES_CAUSE]; /* causes already reported */
	uint64_t large;						     /* messages over max_message_size */
	bool unsure_reported;					     /* the server's refusal of headers was reported */
};

/* Reports a failure that does not concern a single message. */
void notices_report(struct notices *n, enum step step, const struct error *err);

/* Reports a failure of one message, unless it was reported before or too many of its kind were. */
void notices_add(struct notices *n, enum transfer_problem problem, enum step step, const struct error *err);

/* Reports messages over max_message_size that were not reported before; the state records which were. */
bool notices_large(struct notices *n, struct state *state, const struct plan *plan, int64_t now, struct error *err);

/* Reports, once, that the server refuses the headers, or the text, of messages that may have been fetched before. */
void notices_unsure(struct notices *n, size_t messages);

/* Reports the number of failures that were not reported one by one. */
void notices_end(struct notices *n);

#endif
