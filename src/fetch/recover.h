#ifndef MAILHAUL_FETCH_RECOVER_H
#define MAILHAUL_FETCH_RECOVER_H

#include <stdbool.h>
#include <stddef.h>

struct destination;
struct error;
struct log;
struct plan;
struct state;

/*
 * Before the state is joined with a listing: completes or takes back what a run that died was
 * appending to an mbox.
 */
bool recover_mbox(struct state *state, const struct log *log, struct error *err);

/*
 * After a run that ended in the middle, or without a state: finds messages of the plan that are in
 * place but not recorded, makes them safe and adds their records, which state_commit makes last, and
 * marks them as delivered in the plan.
 */
bool recover_adopt(struct state *state, struct destination *d, struct plan *plan, const struct log *log,
    struct error *err);

#endif
