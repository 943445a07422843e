#ifndef MAILHAUL_STORE_STATE_DATABASE_H
#define MAILHAUL_STORE_STATE_DATABASE_H

#include <stdint.h>

struct database;
struct state;

/* What the files of state share. */
struct database *state_database(struct state *s);
const char *state_path(const struct state *s);

/* When the last run ended that changed something, in seconds since the epoch; 0: none did. */
int64_t state_last_run(const struct state *s);

#endif
