#ifndef MAILHAUL_UI_PROGRESS_H
#define MAILHAUL_UI_PROGRESS_H

#include <stddef.h>

struct account;
struct advance;

/*
 * Bars on standard error, a line for each account that is under way, drawn again in place. They stand below
 * whatever else is printed: who prints calls progress_clear first. All functions take NULL and do nothing.
 */
struct progress;

/*
 * NULL where no bars can be shown: standard error is no terminal, or one that cannot move its cursor (TERM).
 * The accounts stay the caller's.
 */
struct progress *progress_open(struct account *const *accounts, size_t count);

/* An account's turn has come; what arrived of it; it has ended. */
void progress_begin(struct progress *p, size_t index);
void progress_advance(struct progress *p, size_t index, const struct advance *advance);
void progress_end(struct progress *p, size_t index);

/* Takes the bars off the screen, until the next tick that is due. */
void progress_clear(struct progress *p);

/* Draws when it is time, at most ten times a second. Returns milliseconds until it wants to be called again, -1: never. */
int progress_tick(struct progress *p);

/* Clears, and frees. */
void progress_close(struct progress **p);

#endif
