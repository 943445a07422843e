#ifndef MAILHAUL_TRANSFER_COMMIT_H
#define MAILHAUL_TRANSFER_COMMIT_H

#include <stdbool.h>

struct error;
struct run;

/* Commits the batch and releases the messages that may now be deleted on the server. */
bool commit_batch(struct run *r, struct error *err);

#endif
