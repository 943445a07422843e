#ifndef MAILHAUL_CMD_COMMAND_LINE_H
#define MAILHAUL_CMD_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

struct command;
struct error;
struct key_log;

/* Options that only some commands accept, one bit each. */
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
	CLI_EVERY = 512,
	CLI_RETRY_REFUSED = 1024,
	CLI_CHANGED = 2048,
	CLI_FAIL = 4096,
	CLI_KEY_LOG = 8192,
	CLI_ACCEPT_WEAKER = 16384,
};

/* The parsed command line. */
struct command_line {
	const struct command *commands; /* all commands */
	const struct command *command;
	const char *config_path; /* NULL: the default paths */
	enum log_level level;
	unsigned options; /* enum cli_option */
	int64_t every;	  /* seconds between two runs, with CLI_EVERY */
	int64_t fail_age; /* with CLI_FAIL: seconds after which a success is too old; 0: never; -1: not a duration */
	bool help, version;
	const char *key_log_path; /* NULL: no key log */
	struct key_log *key_log;  /* that file after cli_main has opened it */
	bool command_named;	  /* the user named a command; otherwise the default applies */
	char **accounts;	  /* terminated by NULL */
};

/* A command of mailhaul. */
struct command {
	const char *name;
	int (*run)(const struct command_line *line); /* returns the exit code */
	unsigned options;			     /* the options that it accepts */
	const char *summary;			     /* for the help */
};

/*
 * Parses the command line. `commands` is terminated by one without a name; the first is the default. Sets
 * ERROR_USAGE; the hint suggests the nearest valid word.
 */
bool command_line_parse(struct command_line *line, const struct command *commands, int argc, char **argv,
    struct error *err);

/* Returns the command with this name, or NULL. */
const struct command *command_line_find(const struct command_line *line, const char *word);

/* Sets ERROR_USAGE for the name of a command that follows an account or another command. Returns false. */
bool command_line_refuse_order(const struct command_line *line, const char *word, struct error *err);

#endif
