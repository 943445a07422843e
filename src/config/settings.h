#ifndef MAILHAUL_CONFIG_SETTINGS_H
#define MAILHAUL_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/account.h"
#include "config/log_place.h"

struct problems;

/* All that the user has configured. */
struct settings {
	char *path;	 /* the file that it came from */
	unsigned jobs;	 /* accounts that are fetched at the same time */
	char *state_dir;
	enum log_place log;
	char *log_path; /* of LOG_PLACE_FILE */
	char *jobs_place, *state_dir_place, *log_origin; /* "FILE:LINE"; NULL: the default */
	struct account *accounts;
	size_t count;
};

/*
 * Reads path, or, when it is NULL, $XDG_CONFIG_HOME/mailhaul/mailhaul.conf or /etc/mailhaul.conf,
 * whichever is there first. When it returns false, problems holds at least one line.
 */
bool settings_load(struct settings *s, const char *path, struct problems *problems);
void settings_free(struct settings *s);

#endif
