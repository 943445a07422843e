#ifndef MAILHAUL_TRANSFER_FLIGHT_H
#define MAILHAUL_TRANSFER_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan_entry;
struct run;
struct state_record;

/* Sends RETR for an entry. */
void flight_retrieve(struct run *r, struct plan_entry *e);

/* Whether messages count only after the server has answered a question. */
bool flight_is_checked(const struct run *r);

/* Whether each message is asked about, because the destination takes nothing back. */
bool flight_is_single(const struct run *r);

/* Whether another message may be asked for: not before there is room for the question that has to follow it. */
bool flight_may_retrieve(const struct run *r);

/* Whether another message whose answer is not proved to be in step has this size by LIST. */
bool flight_has_size(const struct run *r, const struct plan_entry *but, uint64_t octets);

/* Whether the message before or after the one that has arrived has this size by LIST: answers may be mixed up. */
bool flight_neighbor_has_size(const struct run *r, uint64_t octets);

/* Whether the i-th message of the batch cannot have been taken for another one that is not proved. */
bool flight_is_unique(const struct run *r, size_t i);

/* Whether the header can tell in the next session which message this is. */
bool flight_can_be_told(const struct run *r, const struct state_record *record);

/*
 * How many messages of the batch may be kept when the line broke: those that are proved; those after them whose size is
 * exact and that of no other message that could have been taken for them; and those of which TOP can tell in the next
 * session whether they are what they were taken for, which are put in doubt. Of the one behind which the server said more
 * than it was asked for, only an exact size shows that it is whole.
 */
size_t flight_keep_likely(struct run *r);

#endif
