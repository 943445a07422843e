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
 * Whether headers that came with several commands in flight are those of the messages that were
 * asked for: a server may swap its answers, and a question that follows the last one does not show
 * that. A message is asked for again, with no other in flight, where a swap could make one message
 * pass for another: see HACKING, "Swapped headers". ERROR_PROTOCOL when another header comes than
 * before. entries and tops are in the same order.
 */
bool top_order_check(const struct recognition *r, struct plan_entry *const *entries,
    const struct top_identity *tops, size_t count, struct error *err);

/* The same for the UIDs that were made of headers, once the plan says which of them are known. */
bool top_order_check_made(struct session *s, const struct plan *plan, struct error *err);

#endif
