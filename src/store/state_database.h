#ifndef MAILHAUL_STORE_STATE_DATABASE_H
#define MAILHAUL_STORE_STATE_DATABASE_H

struct database;
struct state;

/* What the files of state share. */
struct database *state_database(struct state *s);
const char *state_path(const struct state *s);

#endif
