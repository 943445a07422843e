#ifndef MAILHAUL_TRANSFER_BLAME_H
#define MAILHAUL_TRANSFER_BLAME_H

#include <stdbool.h>

struct error;
struct run;

/* Sets the error that max_time has passed. Returns false. */
bool blame_late(struct error *err);

/*
 * Sets the error that the server sent more than was asked for; it names the message before the excess. Returns
 * false.
 */
bool blame_noise(struct run *r, struct error *err);

/*
 * After a failure: names the message or command that failed, and records it. If the server gave a reason before
 * hanging up, the error keeps it.
 */
void blame_failure(struct run *r, struct error *err);

#endif
