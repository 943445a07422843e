#ifndef MAILHAUL_CMD_CLI_H
#define MAILHAUL_CMD_CLI_H

#include <stdbool.h>

#include "base/log.h"

struct error;
struct verb;

/* What the user typed. */
struct cli {
	const struct verb *verb;
	const char *config_path; /* NULL: the usual places */
	enum log_level level;
	bool keep, dry_run;
	bool help, version;
	char **accounts; /* ended by NULL */
};

/* What mailhaul can be told to do. */
struct verb {
	const char *name;
	int (*run)(const struct cli *cli); /* returns the exit code */
};

/* Reads the command line. ERROR_USAGE names the nearest word that would have been right. */
bool cli_parse(struct cli *cli, int argc, char **argv, struct error *err);

/* The program: what main returns. */
int cli_main(int argc, char **argv);

#endif
