#ifndef MAILHAUL_FETCH_RECOGNIZE_H
#define MAILHAUL_FETCH_RECOGNIZE_H

#include <stdbool.h>

struct error;
struct recognition;

/*
 * Finds out which messages of the plan were delivered although the state does not know their UIDs, or
 * not for sure, and marks them: those that were found in place after a crash, by their identity there;
 * those whose UID was gone or that have another size than before, by their header (TOP); and when
 * known messages are missing, those that have the header and size of one of them. A message whose
 * header proves nothing is not taken for another. state_commit makes all of it last.
 */
bool recognize(const struct recognition *r, struct error *err);

#endif
