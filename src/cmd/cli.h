#ifndef MAILHAUL_CMD_CLI_H
#define MAILHAUL_CMD_CLI_H

struct command;

/* All commands, ended by one without a name. */
const struct command *cli_commands(void);

/* The program: what main returns. */
int cli_main(int argc, char **argv);

#endif
