#ifndef MAILHAUL_CONFIG_SETTINGS_H
#define MAILHAUL_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/account.h"
#include "config/log_place.h"

struct problems;

enum { SETTINGS_JOBS = 4 }; /* Courier allows at most this many connections from one address */

/* The complete configuration. */
struct settings {
	char *path;    /* the file it was read from */
	unsigned jobs; /* number of accounts fetched in parallel */
	char *state_dir;
	enum log_place log;
	char *log_path;					 /* for LOG_PLACE_FILE */
	char *jobs_place, *state_dir_place, *log_origin; /* "FILE:LINE", or NULL for the default */
	struct account *accounts;
	size_t count;
};

/*
 * Reads the file at `path`. If `path` is NULL, it reads the first of $XDG_CONFIG_HOME/mailhaul/mailhaul.conf and
 * /etc/mailhaul.conf that exists. When it returns false, `problems` has at least one line.
 */
bool settings_load(struct settings *s, const char *path, struct problems *problems);
/*
 * Returns the default of state_dir, which the caller frees. Returns NULL and sets ERROR_CONFIG if the home directory is
 * unknown.
 */
char *settings_state_dir(struct error *err);

void settings_free(struct settings *s);

#endif
