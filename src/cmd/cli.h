#ifndef MAILHAUL_CMD_CLI_H
#define MAILHAUL_CMD_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

struct error;
struct key_log;
struct verb;

/* Options that not every verb takes, a bit each. */
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
struct cli {
	const struct verb *verb;
	const char *config_path; /* NULL: the usual places */
	enum log_level level;
	unsigned options; /* enum cli_option */
	bool help, version;
	const char *key_log_path; /* NULL: keys are written nowhere */
	struct key_log *key_log;  /* that file, once cli_main has opened it */
	bool verb_named; /* or it is the one that needs no name */
	char **accounts; /* ended by NULL */
};

/* What mailhaul can be told to do. */
struct verb {
	const char *name;
	int (*run)(const struct cli *cli); /* returns the exit code */
	unsigned options;		   /* those that it takes */
};

/* All verbs; the first one needs no name. */
const struct verb *cli_verbs(size_t *count);

/* Reads the command line. ERROR_USAGE names the nearest word that would have been right. */
bool cli_parse(struct cli *cli, int argc, char **argv, struct error *err);

/* The program: what main returns. */
int cli_main(int argc, char **argv);

#endif
