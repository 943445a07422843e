#ifndef MAILHAUL_CMD_CHECK_H
#define MAILHAUL_CMD_CHECK_H

struct command_line;

/* The verb check: tries the accounts named, or all, changes nothing, and tells what it found. Returns the exit code. */
int check_run(const struct command_line *line);

#endif
