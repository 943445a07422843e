#ifndef MAILHAUL_FETCH_RECOVER_H
#define MAILHAUL_FETCH_RECOVER_H

#include <stdbool.h>
#include <stdint.h>

struct destination;
struct error;
struct log;
struct state;

/*
 * Call it before the state is joined with a listing. Completes or undoes what a run that died was appending to an
 * mbox. If that mbox is gone, and d is an mbox, the messages are looked for in d.
 */
bool recover_mbox(struct state *state, struct destination *d, const struct log *log, struct error *err);

/*
 * Call it after a run that died, without a state, or with a state that may be older than the mail. Records
 * delivered messages that were not recorded, so that fetch/recognize finds them when they are listed, and ends the
 * run that died. Asks the server nothing. Does nothing for destinations that cannot search.
 */
bool recover_place(struct state *state, struct destination *d, int64_t now, const struct log *log, struct error *err);

#endif
