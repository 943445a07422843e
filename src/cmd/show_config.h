#ifndef MAILHAUL_CMD_SHOW_CONFIG_H
#define MAILHAUL_CMD_SHOW_CONFIG_H

struct command_line;

/*
 * Runs the command config: prints the effective settings with their origins, or account names. Returns the exit code.
 */
int show_config_run(const struct command_line *line);

#endif
