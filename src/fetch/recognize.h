#ifndef MAILHAUL_FETCH_RECOGNIZE_H
#define MAILHAUL_FETCH_RECOGNIZE_H

#include <stdbool.h>

struct error;
struct recognition;

/*
 * Finds the messages of the plan that were delivered although the state does not know their UIDs, or not for
 * certain, and marks them.
 *
 * Messages found in the destination after a crash are recognized by their identity there. Those whose UID had
 * disappeared, or whose size differs from before, are recognized by their header (TOP). If known messages are
 * missing, those with the header and size of a missing one are recognized. A message whose header proves nothing is
 * not taken for another. state_commit makes all of it permanent.
 */
bool recognize(const struct recognition *r, struct error *err);

#endif
