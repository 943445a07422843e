#include "config.h"

#include "config/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "config/account_check.h"
#include "config/account_options.h"
#include "config/account_value.h"
#include "config/file.h"
#include "config/path.h"
#include "config/problems.h"

static const char system_path[] = "/etc/mailhaul.conf";

/* Adds the problem that there is no configuration. The user's own would be at `own`; it is NULL if `err` says why. */
static void add_missing(struct problems *problems, const char *own, const struct error *err)
{
	if (!own)
		problems_add(problems, "there is no configuration: %s; name one with -c, or set HOME", err->cause);
	else if (access(EXAMPLE_FILE, R_OK) == 0)
		problems_add(problems,
		    "there is no configuration; name one with -c, or copy the example and edit the copy: install -D -m "
		    "600 %s %s",
		    EXAMPLE_FILE, own);
	else
		problems_add(problems,
		    "there is no configuration; create %s (see mailhaul.conf(5)) or name one with -c", own);
}

/* Returns the path of the configuration. If there is none, it adds a problem and returns NULL. */
static char *find_path(const char *path, struct problems *problems)
{
	struct error err;
	char *directory, *own = NULL;

	if (path)
		return memory_copy_string(path);
	directory = path_xdg("XDG_CONFIG_HOME", ".config", &err);
	if (directory)
		own = memory_format("%s/mailhaul.conf", directory);
	free(directory);
	if (own && access(own, F_OK) == 0)
		return own;
	if (access(system_path, F_OK) == 0) {
		free(own);
		return memory_copy_string(system_path);
	}
	add_missing(problems, own, &err);
	free(own);
	return NULL;
}

char *settings_state_dir(struct error *err)
{
	return path_xdg("XDG_STATE_HOME", ".local/state", err);
}

/* Sets the options of the top level. Invalid values have been reported. */
static void fill_top(struct settings *s, const struct file *f, struct problems *problems)
{
	const char *value, *directory;
	uint64_t jobs = SETTINGS_JOBS;
	struct error err;

	value = file_top_value(f, "jobs", &directory, &s->jobs_place);
	(void)parse_number(value, strlen(value), 100, &jobs);
	s->jobs = (unsigned)jobs;
	value = file_top_value(f, "log", &directory, &s->log_origin);
	if (log_place_parse(value, &s->log, &value) && s->log == LOG_PLACE_FILE)
		s->log_path = path_resolve("log", value, directory, &err);
	value = file_top_value(f, "state_dir", &directory, &s->state_dir_place);
	s->state_dir = *value ? path_resolve("state_dir", value, directory, &err) : settings_state_dir(&err);
	if (!s->state_dir)
		problems_add(problems, "%s: there is no place for the state: %s; set state_dir, or HOME", s->path,
		    err.cause);
}

/* Returns the place of the option whose name starts a message, if it is set, else the place of the account. */
static const char *place_of(const struct account *a, const char *message, const char *account_place)
{
	char *name = memory_format("%.*s", (int)strcspn(message, " "), message);
	const struct account_option *option = account_find_option(name);
	const char *place = option ? a->origins[option - account_options].place : NULL;

	free(name);
	return place ? place : account_place;
}

static void fill_accounts(struct settings *s, const struct file *f, struct problems *problems)
{
	s->count = file_account_count(f);
	s->accounts = memory_zeroed(s->count, sizeof(*s->accounts));
	for (size_t i = 0; i < s->count; i++) {
		struct account *a = &s->accounts[i];
		struct error err;
		unsigned next = 0;
		char place[512];

		account_init(a, file_account_name(f, i));
		if (!file_account_is_sound(f, i))
			continue; /* options may be missing only because of mistakes that have been reported */
		file_account_place(f, i, place, sizeof(place));
		if (!file_fill_account(f, i, a, &err)) {
			problems_add(problems, "%s: account %s: %s; %s", place, a->name, err.cause, err.hint);
			continue;
		}
		while (!account_check(a, &next, &err))
			problems_add(problems, "%s: account %s: %s; %s", place_of(a, err.cause, place), a->name,
			    err.cause, err.hint);
	}
	if (s->count == 0 && problems->count == 0)
		problems_add(problems, "%s: there is no account; add account \"NAME\" { ... }", s->path);
}

bool settings_load(struct settings *s, const char *path, struct problems *problems)
{
	struct file *f;

	*s = (struct settings){.path = find_path(path, problems)};
	if (!s->path)
		return false;
	f = file_read(s->path, problems);
	fill_top(s, f, problems);
	fill_accounts(s, f, problems);
	file_free(f);
	return problems->count == 0;
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		account_free(&s->accounts[i]);
	free(s->accounts);
	free(s->path);
	free(s->state_dir);
	free(s->log_path);
	free(s->jobs_place);
	free(s->state_dir_place);
	free(s->log_origin);
	*s = (struct settings){0};
}
