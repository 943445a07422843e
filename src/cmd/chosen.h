#ifndef MAILHAUL_CMD_CHOSEN_H
#define MAILHAUL_CMD_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

#include "config/settings.h"

struct command_line;

/* The configuration, and the accounts that a verb is for. */
struct chosen {
	struct settings settings;
	struct account **accounts; /* they belong to settings */
	size_t count;
};

/*
 * Reads the configuration and picks the accounts that the command line names, each once, or all. When it returns
 * false, it has told why, and *code is the exit code. To be freed either way.
 */
bool chosen_load(struct chosen *c, const struct command_line *line, int *code);
void chosen_free(struct chosen *c);

#endif
