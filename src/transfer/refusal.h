#ifndef MAILHAUL_TRANSFER_REFUSAL_H
#define MAILHAUL_TRANSFER_REFUSAL_H

#include <stdbool.h>

#include "deliver/destination.h"

struct error;
struct run;

/*
 * Takes the refusal of the message that has arrived (`result` is not DESTINATION_TOOK; *err says why), reports it, and
 * notes it on stable storage. A message that is refused for good for the last time is set aside (policy/refusals).
 * Returns false with *err set if the session cannot continue.
 */
bool refusal_take(struct run *r, enum destination_result result, struct error *err);

#endif
