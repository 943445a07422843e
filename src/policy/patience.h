#ifndef MAILHAUL_POLICY_PATIENCE_H
#define MAILHAUL_POLICY_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether a failure that passes by itself is told now: once the account has failed for `patience` seconds since
 * `since`, and then once a day after `told` (0: not yet). All points in time are seconds since the epoch; a clock
 * behind one of them proves nothing, so the failure is told.
 */
bool patience_is_over(int64_t patience, int64_t since, int64_t told, int64_t now);

/*
 * The same where another run holds the account, whose state cannot be asked then; `success` is the end of the last
 * run that came to its end, 0 if that is unknown. A long run is no trouble, so it has a day at least.
 */
bool patience_with_other_is_over(int64_t patience, int64_t success, int64_t now);

/* A span of time in the largest unit that tells it well: "45 s", "20 min", "5 h", "3 days". */
void patience_words(int64_t seconds, char *out, size_t size);

#endif
