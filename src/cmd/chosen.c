#include "config.h"

#include "cmd/chosen.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/parse.h"
#include "base/secret.h"
#include "cmd/command_line.h"
#include "config/account.h"
#include "config/problems.h"
#include "config/warnings.h"
#include "ui/report.h"

static bool refuse_account(const struct settings *s, const struct command_line *line, const char *name,
    struct error *err)
{
	size_t commands = 0, count = 0;
	const char **names;
	const char *near;
	int64_t age;

	if (command_line_find(line, name))
		return command_line_refuse_order(line, name, err);
	while (line->commands[commands].name)
		commands++;
	names = memory_zeroed(s->count + commands, sizeof(*names));
	for (size_t i = 0; i < s->count; i++)
		names[count++] = s->accounts[i].name;
	/* A command follows neither another command nor an account. */
	for (size_t i = 0; i < commands && !line->command_named && name == line->accounts[0]; i++)
		names[count++] = line->commands[i].name;
	near = nearest_name(name, names, count);
	error_set(err, ERROR_USAGE,
	    line->command_named ? "there is no account %s" : "there is no account or command %s", name);
	/* The age of --fail is optional, so it is part of the same word. */
	if (line->options & CLI_FAIL && line->fail_age == 0 && parse_duration(name, &age))
		error_hint(err, "if it is the age for --fail, write --fail=%s", name);
	else if (near)
		error_hint(err, "did you mean %s?", near);
	else
		error_hint(err, "name an account that is defined in %s", s->path);
	free(names);
	return false;
}

static bool is_chosen(const struct chosen *c, const struct account *a)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->accounts[i] == a)
			return true;
	}
	return false;
}

static struct account *find(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->accounts[i].name, name) == 0)
			return &s->accounts[i];
	}
	return NULL;
}

static bool choose(struct chosen *c, const struct command_line *line, struct error *err)
{
	struct settings *s = &c->settings;

	c->accounts = memory_zeroed(s->count, sizeof(struct account *));
	for (size_t i = 0; i < s->count && !line->accounts[0]; i++)
		c->accounts[c->count++] = &s->accounts[i];
	for (char **name = line->accounts; *name; name++) {
		struct account *found = find(s, *name);

		if (!found)
			return refuse_account(s, line, *name, err);
		if (!is_chosen(c, found))
			c->accounts[c->count++] = found;
	}
	return true;
}

/* Wipes the passwords of accounts that are not chosen, so that no process of this run has them. */
static void drop_others(struct chosen *c)
{
	for (size_t i = 0; i < c->settings.count && c->count < c->settings.count; i++) {
		struct account *a = &c->settings.accounts[i];

		if (!is_chosen(c, a))
			secret_free(&a->login.password);
	}
}

/* Reports what is probably wrong with the chosen accounts. */
static void warn(const struct chosen *c)
{
	struct problems warnings = {0};

	warnings_find(c->accounts, c->count, &warnings);
	report_configuration(&warnings, true);
	problems_free(&warnings);
}

bool chosen_load(struct chosen *c, const struct command_line *line, int *code)
{
	struct problems problems = {0};
	struct error err;
	bool ok = true;

	*c = (struct chosen){0};
	if (!settings_load(&c->settings, line->config_path, &problems)) {
		report_configuration(&problems, false);
		*code = EX_CONFIG;
		ok = false;
	} else if (!choose(c, line, &err)) {
		report_error(NULL, STEP_NONE, &err);
		*code = EX_USAGE;
		ok = false;
	} else {
		drop_others(c);
		if (line->level != LOG_QUIET)
			warn(c);
	}
	problems_free(&problems);
	return ok;
}

void chosen_inherit(const struct chosen *c, bool on)
{
	for (size_t i = 0; i < c->count; i++)
		secret_inherit(c->accounts[i]->login.password, on);
}

void chosen_free(struct chosen *c)
{
	free(c->accounts);
	settings_free(&c->settings);
	*c = (struct chosen){0};
}
