#ifndef MAILHAUL_FETCH_RENUMBER_H
#define MAILHAUL_FETCH_RENUMBER_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct log;
struct plan;
struct session;
struct state;

/*
 * When known messages are missing from a listing that has unknown ones, the server may have given its
 * messages new UIDs: the unknown ones are looked up by their header, and those found count as
 * delivered when they first were. Where this is the only way to tell (must), a server without TOP
 * ends it with ERROR_CONFIG. state_commit makes it last.
 */
bool renumber_match(struct state *state, struct session *s, struct plan *plan, size_t missing, bool must,
    const struct log *log, struct error *err);

#endif
