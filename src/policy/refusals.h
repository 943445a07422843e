#ifndef MAILHAUL_POLICY_REFUSALS_H
#define MAILHAUL_POLICY_REFUSALS_H

#include <stdint.h>

/*
 * In how many runs deliver_command has refused a message for good, in one number for the state. It includes a mark of the
 * command, because a changed command may accept the message: its count starts at 0.
 */
enum { REFUSALS_MOST = 5 }; /* a message that was refused so often is set aside */

/* Returns the mark of a command and its arguments (terminated by NULL). NULL gives 0. */
uint64_t refusals_mark(char *const *command);

/* Returns how often the command with this mark has refused the message. `refusals` is 0 for a message without any. */
unsigned refusals_count(uint64_t refusals, uint64_t mark);

/*
 * Returns the number after a refusal in the run that began at `run`, in milliseconds since the epoch. Several refusals in
 * one run, in which the connection was lost in between, count once.
 */
uint64_t refusals_add(uint64_t refusals, uint64_t mark, uint64_t run);

#endif
