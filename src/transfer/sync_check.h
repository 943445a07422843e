#ifndef MAILHAUL_TRANSFER_SYNC_CHECK_H
#define MAILHAUL_TRANSFER_SYNC_CHECK_H

#include <stdbool.h>

struct error;
struct run;
struct session_event;

/* Whether a question is due: after some messages, and after the last one. */
bool sync_check_is_due(const struct run *r);

/* Asks about the message whose RETR went out last, or, when all answers are here, about the last one that was given. */
void sync_check_ask(struct run *r);

/* Takes the answer to a question. ERROR_PROTOCOL with out_of_step when it is wrong. */
bool sync_check_take_answer(struct run *r, const struct session_event *event, struct error *err);

#endif
