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

/* Whether the server is asked about every message, because each is a batch of its own. */
bool flight_is_single(const struct run *r);

/* Whether another message may be asked for. Not before there is room for the question that has to follow it. */
bool flight_may_retrieve(const struct run *r);

/* Whether another message whose answer is not proved to be in sync has this size by LIST. */
bool flight_has_size(const struct run *r, const struct plan_entry *but, uint64_t octets);

/*
 * Whether the message before or after the one that has arrived has this size by LIST, so that answers may be
 * swapped.
 */
bool flight_neighbor_has_size(const struct run *r, uint64_t octets);

/* Whether the i-th message of the batch cannot have been mistaken for another one that is not proved. */
bool flight_is_unique(const struct run *r, size_t i);

/* Whether the header can identify the message with this UID in the next session. identifying: as in header_end. */
bool flight_is_identifiable(const struct run *r, const char *uid, bool identifying);

/*
 * Whether the server gave no UID, and the message came with the header and first lines from which its UID was made. As
 * no other message has them, the record is right.
 */
bool flight_has_its_header(const struct state_record *record);

/*
 * Whether the server gave no UID, and the message that has arrived has the header and first lines of another message, by
 * the UID made from them.
 */
bool flight_has_other_header(const struct run *r);

/*
 * Returns how many messages of the batch may be kept after the connection failed. These are the proved ones, and
 * after them: those with an exact size that no other message they could be mistaken for has; and those that TOP can
 * identify in the next session, which are put in doubt. If the server sent more than was asked for after a message,
 * only an exact size shows that this message is complete.
 */
size_t flight_keep_likely(struct run *r);

#endif
