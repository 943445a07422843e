#ifndef MAILHAUL_TRANSFER_ARRIVAL_H
#define MAILHAUL_TRANSFER_ARRIVAL_H

#include <stdbool.h>

struct error;
struct run;
struct session_event;

/* RETR was answered by +OK. */
void arrival_start(struct run *r, const struct session_event *event);

/* RETR was refused. */
void arrival_refuse(struct run *r);

/* Octets of it have come. */
bool arrival_take(struct run *r, const struct session_event *event, struct error *err);

/* Its terminator has come. */
bool arrival_end(struct run *r, const struct session_event *event, struct error *err);

/* What had to wait for the answer to a question is taken. */
bool arrival_finish(struct run *r, struct error *err);

#endif
