#ifndef MAILHAUL_TESTS_UNIT_ONE_STATE_H
#define MAILHAUL_TESTS_UNIT_ONE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "state/intent.h"
#include "state/join.h"
#include "state/maildrop.h"
#include "state/match.h"
#include "state/record.h"
#include "state/refusal.h"
#include "state/compare.h"
#include "state/sizes.h"
#include "state/state.h"
#include "state/summary.h"
#include "state/unfetched.h"
#include "state/trouble.h"

/* The state that a suite tests. enter and leave make a fixture. */
extern struct state *s;
extern struct error err;

void enter(void);
void leave(void);
void reopen(void);

/* Adds a record of 5 octets, listed with 6, whose header identity consists of the byte `header`. Commits nothing. */
bool add(const char *uid, int64_t delivered, unsigned char header);

/* Adds and commits a record. */
void record(const char *uid, int64_t delivered);

/* What is known of a UID: "-" nothing, "k" delivered, "t" reported, "kt" both, "?" likely, "??" doubtful. */
const char *knows(const char *uid);

#endif
