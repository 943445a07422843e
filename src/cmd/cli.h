#ifndef MAILHAUL_CMD_CLI_H
#define MAILHAUL_CMD_CLI_H

struct command;

/* Returns all commands, terminated by one without a name. */
const struct command *cli_commands(void);

/* Runs the program and returns the value for main. */
int cli_main(int argc, char **argv);

#endif
