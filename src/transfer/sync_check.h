#ifndef MAILHAUL_TRANSFER_SYNC_CHECK_H
#define MAILHAUL_TRANSFER_SYNC_CHECK_H

#include <stdbool.h>

struct error;
struct run;
struct session_event;

/* Whether a question is due: after a number of messages, and after the last one. */
bool sync_check_is_due(const struct run *r);

/*
 * Asks about the message whose RETR was sent last. If all answers have arrived, asks about the last message that
 * was given.
 */
void sync_check_ask(struct run *r);

/* Handles the answer to a question. If it is wrong: ERROR_PROTOCOL, and out_of_step is set. */
bool sync_check_take_answer(struct run *r, const struct session_event *event, struct error *err);

#endif
