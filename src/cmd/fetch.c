#include "config.h"

#include "cmd/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "cmd/cli.h"
#include "cmd/exit_code.h"
#include "config/file.h"
#include "config/problems.h"
#include "config/settings.h"
#include "fetch/jobs.h"
#include "fetch/worker.h"
#include "ui/report.h"

struct fetch {
	struct report report;
	struct account **accounts; /* those of this run */
	size_t count;
	int code;
};

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	const struct fetch *f = context;

	report_log(&f->report, f->accounts[index]->name, level, text);
}

static void on_say(void *context, size_t index, const char *text)
{
	const struct fetch *f = context;

	report_say(f->accounts[index]->name, text);
}

static void on_problem(void *context, size_t index, const char *step, const struct error *err)
{
	struct fetch *f = context;

	report_error(f->accounts[index]->name, step, err);
	f->code = exit_code_worse(f->code, exit_code_of(err));
}

static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	struct fetch *f = context;

	report_outcome(&f->report, f->accounts[index]->name, outcome);
	if (!outcome->ok)
		f->code = exit_code_worse(f->code, exit_code_of(&outcome->err));
}

static bool refuse_account(const struct settings *s, const char *name, struct error *err)
{
	const char **names = memory_zeroed(s->count + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < s->count; i++)
		names[i] = s->accounts[i].name;
	names[s->count] = "fetch";
	near = nearest_name(name, names, s->count + 1);
	error_set(err, ERROR_USAGE, "there is no account or verb %s", name);
	if (near)
		error_mend(err, "did you mean %s?", near);
	else
		error_mend(err, "the accounts are defined in %s", s->path);
	free(names);
	return false;
}

static bool is_chosen(const struct fetch *f, const struct account *a)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->accounts[i] == a)
			return true;
	}
	return false;
}

/* The accounts that were named, each once, or all. */
static bool choose(struct fetch *f, struct settings *s, char **names, struct error *err)
{
	f->accounts = memory_zeroed(s->count, sizeof(*f->accounts));
	for (size_t i = 0; i < s->count && !*names; i++)
		f->accounts[f->count++] = &s->accounts[i];
	for (; *names; names++) {
		struct account *found = NULL;

		for (size_t i = 0; i < s->count && !found; i++) {
			if (strcmp(s->accounts[i].name, *names) == 0)
				found = &s->accounts[i];
		}
		if (!found)
			return refuse_account(s, *names, err);
		if (!is_chosen(f, found))
			f->accounts[f->count++] = found;
	}
	return true;
}

int fetch_run(const struct cli *cli)
{
	struct fetch f = {.report = {.level = cli->level}};
	struct problems problems = {0};
	struct settings settings;
	struct error err;
	int code;

	f.report.summaries = !cli->dry_run &&
	    (cli->level >= LOG_VERBOSE || (cli->level == LOG_NORMAL && isatty(STDOUT_FILENO)));
	if (!settings_load(&settings, cli->config_path, &problems)) {
		for (size_t i = 0; i < problems.count; i++)
			fprintf(stderr, "mailhaul: %s\n", problems.lines[i]);
		code = EX_CONFIG;
	} else if (!choose(&f, &settings, cli->accounts, &err)) {
		report_error(NULL, NULL, &err);
		code = EX_USAGE;
	} else {
		struct run_options options = {cli->keep, cli->dry_run, cli->level, settings.state_dir};
		struct jobs_listener listener = {on_log, on_say, on_problem, on_done, &f};

		jobs_run(f.accounts, f.count, settings.jobs, &options, &listener);
		code = f.code;
	}
	free(f.accounts);
	settings_free(&settings);
	problems_free(&problems);
	return code;
}
