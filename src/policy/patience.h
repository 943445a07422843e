#ifndef MAILHAUL_POLICY_PATIENCE_H
#define MAILHAUL_POLICY_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Returns whether to report a temporary failure now. It is reported after the account has failed for `patience`
 * seconds since `since`, and then once a day after `reported` (0: not yet reported). Times are seconds since the epoch.
 * If the clock is behind one of them, the failure is reported.
 */
bool patience_is_over(int64_t patience, int64_t since, int64_t reported, int64_t now);

/*
 * Works like patience_is_over while another run holds the account, so that its state cannot be read. `success` is the
 * end of the last finished run, or 0 if unknown. A long run is not a failure, so the patience is at least a day.
 */
bool patience_with_other_is_over(int64_t patience, int64_t success, int64_t now);

/* Formats a time span in a suitable unit: "45 s", "20 min", "5 h", "3 days". */
void patience_words(int64_t seconds, char *out, size_t size);

#endif
