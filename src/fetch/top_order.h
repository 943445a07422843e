#ifndef MAILHAUL_FETCH_TOP_ORDER_H
#define MAILHAUL_FETCH_TOP_ORDER_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct plan;
struct plan_entry;
struct recognition;
struct session;
struct top_identity;

/*
 * Checks that headers received with several commands in flight belong to the messages they were requested for. A
 * server may swap its answers, which a question after the last one does not show. Where a swap could make one
 * message pass for another, the message is asked for again with no other in flight: see doc/servers, "Swapped headers".
 * ERROR_PROTOCOL if the header then differs. entries and tops are in the same order.
 */
bool top_order_check(const struct recognition *r, struct plan_entry *const *entries, const struct top_identity *tops,
    size_t count, struct error *err);

/* Does the same for UIDs made from headers, after the plan says which of them are known. */
bool top_order_check_made(struct session *s, const struct plan *plan, struct error *err);

#endif
