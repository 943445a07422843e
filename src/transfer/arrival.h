#ifndef MAILHAUL_TRANSFER_ARRIVAL_H
#define MAILHAUL_TRANSFER_ARRIVAL_H

#include <stdbool.h>

struct error;
struct run;
struct session_event;

/* Handles a +OK to RETR. */
void arrival_start(struct run *r, const struct session_event *event);

/* Handles a refused RETR. */
void arrival_refuse(struct run *r);

/* Handles octets of the message. */
bool arrival_take(struct run *r, const struct session_event *event, struct error *err);

/* Handles the end of the message (its terminator). */
bool arrival_end(struct run *r, const struct session_event *event, struct error *err);

/* Stores a message that had to wait for the answer to a question. */
bool arrival_finish(struct run *r, struct error *err);

#endif
