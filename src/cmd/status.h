#ifndef MAILHAUL_CMD_STATUS_H
#define MAILHAUL_CMD_STATUS_H

struct command_line;

/* The verb status: prints what the state knows of the accounts, without a server. Returns the exit code. */
int status_run(const struct command_line *line);

#endif
