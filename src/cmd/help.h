#ifndef MAILHAUL_CMD_HELP_H
#define MAILHAUL_CMD_HELP_H

struct command_line;

/* Prints the help of the named command, or of the program. Returns the exit code. */
int help_print(const struct command_line *line);

/* The command help: prints the help of the program, or of the commands that are named in place of accounts. */
int help_run(const struct command_line *line);

#endif
