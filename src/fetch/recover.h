#ifndef MAILHAUL_FETCH_RECOVER_H
#define MAILHAUL_FETCH_RECOVER_H

#include <stdbool.h>
#include <stdint.h>

struct destination;
struct error;
struct log;
struct state;

/*
 * Before the state is joined with a listing: completes or takes back what a run that died was
 * appending to an mbox. If that is gone, and d is an mbox, it is looked for there.
 */
bool recover_mbox(struct state *state, struct destination *d, const struct log *log, struct error *err);

/*
 * After a run that ended in the middle, without a state, or with one that may be older than the
 * mail: records what is in place and was not recorded, so that fetch/recognize finds it when it is
 * listed, and settles that run. Asks the server nothing. Does nothing for destinations that cannot
 * search.
 */
bool recover_place(struct state *state, struct destination *d, int64_t now, const struct log *log, struct error *err);

#endif
