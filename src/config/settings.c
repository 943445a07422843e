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

enum { JOBS = 4 }; /* Courier allows at most this many connections from one address */

static const char system_path[] = "/etc/mailhaul.conf";

/* Returns the path of the configuration. If there is none, it adds a problem and returns NULL. */
static char *find_path(const char *path, struct problems *problems)
{
	char *directory, *own;

	if (path)
		return memory_copy_string(path);
	directory = path_xdg("XDG_CONFIG_HOME", ".config");
	own = memory_format("%s/mailhaul.conf", directory);
	free(directory);
	if (access(own, F_OK) == 0)
		return own;
	if (access(system_path, F_OK) == 0) {
		free(own);
		return memory_copy_string(system_path);
	}
	problems_add(problems, "there is no configuration; create %s (see mailhaul.conf(5)) or name one with -c", own);
	free(own);
	return NULL;
}

static void fill_accounts(struct settings *s, const struct file *f, struct problems *problems)
{
	s->count = file_account_count(f);
	s->accounts = memory_zeroed(s->count, sizeof(*s->accounts));
	for (size_t i = 0; i < s->count; i++) {
		struct account *a = &s->accounts[i];
		struct error err;
		char place[512];

		account_init(a, file_account_name(f, i));
		file_account_place(f, i, place, sizeof(place));
		for (size_t k = 0; k < i; k++) {
			if (strcmp(s->accounts[k].name, a->name) == 0)
				problems_add(problems, "%s: account %s is defined in two files; rename one", place,
				    a->name);
		}
		if (!file_fill_account(f, i, a, &err) || !account_check(a, &err))
			problems_add(problems, "%s: account %s: %s; %s", place, a->name, err.cause, err.hint);
	}
	if (s->count == 0)
		problems_add(problems, "%s: there is no account; add account \"NAME\" { ... }", s->path);
}

bool settings_load(struct settings *s, const char *path, struct problems *problems)
{
	struct file *f;
	const char *value, *directory;
	uint64_t jobs = JOBS;

	*s = (struct settings){.path = find_path(path, problems)};
	if (!s->path)
		return false;
	f = file_read(s->path, problems);
	/* After a parse error, missing options would only cause more errors. */
	if (problems->count == 0) {
		value = file_top_value(f, "jobs", &directory, &s->jobs_place);
		(void)parse_number(value, strlen(value), 100, &jobs);
		s->jobs = (unsigned)jobs;
		value = file_top_value(f, "state_dir", &directory, &s->state_dir_place);
		s->state_dir = *value ? path_resolve(value, directory) : path_xdg("XDG_STATE_HOME", ".local/state");
		value = file_top_value(f, "log", &directory, &s->log_origin);
		if (log_place_parse(value, &s->log, &value) && s->log == LOG_PLACE_FILE)
			s->log_path = path_resolve(value, directory);
		fill_accounts(s, f, problems);
	}
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
