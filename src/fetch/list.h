#ifndef MAILHAUL_FETCH_LIST_H
#define MAILHAUL_FETCH_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct plan;
struct retention_clock;
struct retention_rule;
struct session;

/* The arguments of list_send; all of them belong to the caller. */
struct list {
	const struct plan *plan;
	const struct retention_rule *rule;
	const struct retention_clock *clock;
	struct session *session; /* used to ask for headers; NULL: list without headers */
	int fd;
	size_t sent; /* messages of the plan already sent; a second session continues after them */
};

/* Sends EVENT_LISTED over fd for every message of the plan not sent before. Fails only if it cannot get headers. */
bool list_send(struct list *l, struct error *err);

#endif
