#ifndef MAILHAUL_CMD_LIST_H
#define MAILHAUL_CMD_LIST_H

struct command_line;

/*
 * Runs the command list: shows the messages on the server and what will be done with them. It changes nothing.
 * Returns the exit code.
 */
int list_run(const struct command_line *line);

#endif
