#ifndef MAILHAUL_IO_DEADLINE_H
#define MAILHAUL_IO_DEADLINE_H

#include <stdint.h>

/* A time on the monotonic clock, in milliseconds, by which an operation must end. */
typedef int64_t deadline;

#define DEADLINE_NEVER INT64_MAX

/* Returns the time `seconds` from now. */
deadline deadline_in(int64_t seconds);

/* Returns the milliseconds left, at least 0 and at most INT_MAX, for poll(2). */
int deadline_left(deadline when);

/* Returns the milliseconds on the monotonic clock, for measuring. */
int64_t deadline_clock(void);

#endif
