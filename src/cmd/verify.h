#ifndef MAILHAUL_CMD_VERIFY_H
#define MAILHAUL_CMD_VERIFY_H

struct command_line;

/* Runs the command verify: compares the messages in the destination with what was delivered. Returns the exit code. */
int verify_run(const struct command_line *line);

#endif
