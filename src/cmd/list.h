#ifndef MAILHAUL_CMD_LIST_H
#define MAILHAUL_CMD_LIST_H

struct cli;

/* The verb list: what is on the server, and what will be done with it. Changes nothing. Returns the exit code. */
int list_run(const struct cli *cli);

#endif
