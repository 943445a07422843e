#ifndef MAILHAUL_CMD_FETCH_H
#define MAILHAUL_CMD_FETCH_H

struct cli;

/* The verb fetch: brings the mail of the accounts named, or of all. Returns the exit code. */
int fetch_run(const struct cli *cli);

#endif
