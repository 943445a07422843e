#ifndef MAILHAUL_FETCH_LIST_H
#define MAILHAUL_FETCH_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct plan;
struct retention_clock;
struct retention_rule;
struct session;

/* What list_tell works with; all of it belongs to the caller. */
struct list {
	const struct plan *plan;
	const struct retention_rule *rule;
	const struct retention_clock *clock;
	struct session *session; /* to ask for headers; NULL: without */
	int fd;
	size_t told; /* messages of the plan; a second session goes on behind them */
};

/* Sends EVENT_LISTED over fd for every message of the plan that was not told yet. Fails only if headers cannot be had. */
bool list_tell(struct list *l, struct error *err);

#endif
