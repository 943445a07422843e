#ifndef MAILHAUL_CMD_CHECK_H
#define MAILHAUL_CMD_CHECK_H

struct command_line;

/*
 * Runs the command check: tests the named accounts, or all, without changing anything, and reports the results.
 * Returns the exit code.
 */
int check_run(const struct command_line *line);

#endif
