#ifndef MAILHAUL_TRANSFER_COMMIT_H
#define MAILHAUL_TRANSFER_COMMIT_H

#include <stdbool.h>

struct error;
struct run;

/* Makes the batch safe and lets go of what may now be deleted on the server. */
bool commit_batch(struct run *r, struct error *err);

#endif
