#ifndef MAILHAUL_FETCH_RENUMBER_H
#define MAILHAUL_FETCH_RENUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct log;
struct plan;
struct session;
struct state;
struct state_change;

/*
 * When most of the known messages have vanished from a listing that has unknown ones, the server may
 * have given its messages new UIDs: the unknown ones are looked up by their header, and those found
 * count as delivered when they first were.
 */
bool renumber_match(struct state *state, struct session *s, struct plan *plan, const struct state_change *change,
    const struct log *log, struct error *err);

#endif
