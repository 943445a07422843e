#ifndef MAILHAUL_CMD_STATUS_H
#define MAILHAUL_CMD_STATUS_H

struct command_line;

/*
 * Runs the command status: prints what the state records about the accounts, without contacting a server. Returns the
 * exit code.
 */
int status_run(const struct command_line *line);

#endif
