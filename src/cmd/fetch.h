#ifndef MAILHAUL_CMD_FETCH_H
#define MAILHAUL_CMD_FETCH_H

struct chosen;
struct command_line;

/* Runs the command fetch: fetches the mail of the named accounts, or of all. Returns the exit code. */
int fetch_run(const struct command_line *line);

/* Fetches accounts that are already selected. Returns the exit code. */
int fetch_chosen(const struct command_line *line, const struct chosen *chosen);

#endif
