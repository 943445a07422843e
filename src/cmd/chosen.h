#ifndef MAILHAUL_CMD_CHOSEN_H
#define MAILHAUL_CMD_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

#include "config/settings.h"

struct command_line;

/* The configuration and the accounts that a command is for. */
struct chosen {
	struct settings settings;
	struct account **accounts; /* owned by settings */
	size_t count;
};

/*
 * Reads the configuration and selects the accounts named on the command line, each once, or all. When it returns
 * false, it has reported the error, and *code is the exit code. Call chosen_free in both cases.
 */
bool chosen_load(struct chosen *c, const struct command_line *line, int *code);

/* Sets whether a child that is forked from now on gets the passwords; it also calls this with false (base/secret.h). */
void chosen_inherit(const struct chosen *c, bool on);

void chosen_free(struct chosen *c);

#endif
