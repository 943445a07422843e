#ifndef MAILHAUL_CMD_COMMAND_LINE_H
#define MAILHAUL_CMD_COMMAND_LINE_H

#include <stdbool.h>

#include "base/log.h"

struct command;
struct error;
struct key_log;

/* Options that not every command takes, a bit each. */
enum cli_option {
	CLI_KEEP = 1,
	CLI_DRY_RUN = 2,
	CLI_STRICT = 4,
	CLI_JSON = 8,
	CLI_IGNORE_MISSING = 16,
	CLI_REFETCH = 32,
	CLI_REBUILD = 64,
	CLI_NAMES = 128,
	CLI_HEADERS = 256,
};

/* What the user typed. */
struct command_line {
	const struct command *commands; /* all there are */
	const struct command *command;
	const char *config_path; /* NULL: the usual places */
	enum log_level level;
	unsigned options; /* enum cli_option */
	bool help, version;
	const char *key_log_path; /* NULL: keys are written nowhere */
	struct key_log *key_log;  /* that file, once cli_main has opened it */
	bool command_named; /* or it is the one that needs no name */
	char **accounts; /* ended by NULL */
};

/* What mailhaul can be told to do. */
struct command {
	const char *name;
	int (*run)(const struct command_line *line); /* returns the exit code */
	unsigned options;		   /* those that it takes */
};

/*
 * Reads the command line, whose commands these are: ended by one without a name; the first needs no name.
 * ERROR_USAGE names the nearest word that would have been right.
 */
bool command_line_parse(struct command_line *line, const struct command *commands, int argc, char **argv, struct error *err);

#endif
