#ifndef MAILHAUL_CMD_SHOW_CONFIG_H
#define MAILHAUL_CMD_SHOW_CONFIG_H

struct command_line;

/* The verb config: prints the settings that hold, and where each comes from; or names. Returns the exit code. */
int show_config_run(const struct command_line *line);

#endif
