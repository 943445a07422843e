#ifndef MAILHAUL_CMD_FETCH_H
#define MAILHAUL_CMD_FETCH_H

struct chosen;
struct command_line;

/* The verb fetch: brings the mail of the accounts named, or of all. Returns the exit code. */
int fetch_run(const struct command_line *line);

/* The same for accounts that are chosen already. */
int fetch_chosen(const struct command_line *line, const struct chosen *chosen);

#endif
