#ifndef MAILHAUL_TRANSFER_BLAME_H
#define MAILHAUL_TRANSFER_BLAME_H

#include <stdbool.h>

struct error;
struct run;

/* max_time has passed. Returns false. */
bool blame_late(struct error *err);

/* The server says more than it was asked for: the error names the message behind which it does. Returns false. */
bool blame_noise(struct run *r, struct error *err);

/* After a failure: names the message or command that it was about, and notes it. A server's last words are not lost. */
void blame_failure(struct run *r, struct error *err);

#endif
