#ifndef MAILHAUL_IO_DEADLINE_H
#define MAILHAUL_IO_DEADLINE_H

#include <stdint.h>

/* A point on the monotonic clock, in milliseconds, by which something must have happened. */
typedef int64_t deadline;

#define DEADLINE_NEVER INT64_MAX

/* The point that many seconds (0: now) from now. */
deadline deadline_in(int64_t seconds);

/* Milliseconds left, at least 0 and small enough for poll(2). */
int deadline_left(deadline when);

/* Milliseconds on the monotonic clock, for measuring. */
int64_t deadline_clock(void);

#endif
