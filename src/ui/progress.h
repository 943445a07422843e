#ifndef MAILHAUL_UI_PROGRESS_H
#define MAILHAUL_UI_PROGRESS_H

#include <stddef.h>

struct account;
struct advance;

/*
 * Progress bars on standard error, one line for each running account, redrawn in place. They are below all other
 * output: a caller that prints calls progress_clear first. All functions accept NULL and then do nothing.
 */
struct progress;

/*
 * Returns NULL if bars cannot be shown: standard error is not a terminal, or cannot move its cursor (TERM). The
 * caller keeps ownership of the accounts.
 */
struct progress *progress_open(struct account *const *accounts, size_t count);

/* Report that an account starts, that it has made progress, and that it has ended. */
void progress_begin(struct progress *p, size_t index);
void progress_advance(struct progress *p, size_t index, const struct advance *advance);
void progress_end(struct progress *p, size_t index);

/* Removes the bars from the screen until the next tick that is due. */
void progress_clear(struct progress *p);

/*
 * Draws the bars when due, at most ten times a second. Returns the milliseconds until the next call is needed, or -1
 * for never.
 */
int progress_tick(struct progress *p);

/* Clears the bars, frees *p and sets it to NULL. */
void progress_close(struct progress **p);

#endif
