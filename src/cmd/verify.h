#ifndef MAILHAUL_CMD_VERIFY_H
#define MAILHAUL_CMD_VERIFY_H

struct command_line;

/* The verb verify: holds what is in place against what was delivered. Returns the exit code. */
int verify_run(const struct command_line *line);

#endif
