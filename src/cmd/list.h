#ifndef MAILHAUL_CMD_LIST_H
#define MAILHAUL_CMD_LIST_H

struct command_line;

/* The verb list: what is on the server, and what will be done with it. Changes nothing. Returns the exit code. */
int list_run(const struct command_line *line);

#endif
