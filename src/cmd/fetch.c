#include "config.h"

#include "cmd/fetch.h"

#include <unistd.h>

#include "base/error.h"
#include "cmd/chosen.h"
#include "cmd/cli.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "fetch/jobs.h"
#include "fetch/worker.h"
#include "ui/log_target.h"
#include "ui/progress.h"
#include "ui/report.h"

struct fetch {
	struct report report;
	struct account *const *accounts; /* those of this run */
	struct progress *progress;	 /* NULL: none is shown */
	int code;
};

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	const struct fetch *f = context;

	progress_clear(f->progress);
	report_log(&f->report, f->accounts[index]->name, level, text);
}

static void on_say(void *context, size_t index, const char *text)
{
	const struct fetch *f = context;

	progress_clear(f->progress);
	report_say(f->accounts[index]->name, text);
}

static void on_problem(void *context, size_t index, const char *step, const struct error *err, bool silent)
{
	struct fetch *f = context;

	progress_clear(f->progress);
	report_problem(&f->report, f->accounts[index]->name, step, err, silent);
	if (!silent)
		f->code = exit_code_worse(f->code, exit_code_of(err));
}

static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	struct fetch *f = context;

	progress_end(f->progress, index);
	progress_clear(f->progress);
	report_outcome(&f->report, f->accounts[index], outcome);
	if (!outcome->ok && !outcome->silent)
		f->code = exit_code_worse(f->code, exit_code_of(&outcome->err));
}

static void on_begins(void *context, size_t index)
{
	progress_begin(((const struct fetch *)context)->progress, index);
}

static void on_progress(void *context, size_t index, const struct advance *advance)
{
	progress_advance(((const struct fetch *)context)->progress, index, advance);
}

static void on_interrupted(void *context)
{
	const struct fetch *f = context;

	progress_clear(f->progress);
	report_interrupted();
}

static int on_tick(void *context)
{
	return progress_tick(((const struct fetch *)context)->progress);
}

/* A log that cannot be written stops no mail, but is told. */
static void open_log(struct fetch *f, struct log_target *target, const struct settings *s)
{
	struct error err;

	f->report.target = target;
	if (log_target_open(target, s->log, s->log_path, &err))
		return;
	report_error(NULL, NULL, &err);
	f->code = exit_code_of(&err);
}

int fetch_chosen(const struct cli *cli, const struct chosen *chosen)
{
	bool dry_run = cli->options & CLI_DRY_RUN, words = !(cli->options & (CLI_DRY_RUN | CLI_JSON));
	struct fetch f = {.report = {.level = cli->level}, .accounts = chosen->accounts};
	struct log_target target;
	struct run_options options = {
	    .keep = cli->options & CLI_KEEP,
	    .named = *cli->accounts != NULL,
	    .dry_run = dry_run,
	    .level = cli->level,
	    .state_dir = chosen->settings.state_dir,
	    .notes_failures = !dry_run,
	    /* Whoever watches wants to know. */
	    .tell_all = (cli->options & (CLI_STRICT | CLI_REFETCH)) || cli->level >= LOG_VERBOSE || isatty(STDERR_FILENO),
	    .key_log = cli->key_log,
	};
	struct jobs_listener listener = {
	    .log = on_log,
	    .say = on_say,
	    .problem = on_problem,
	    .done = on_done,
	    .context = &f,
	    .begins = on_begins,
	    .progress = on_progress,
	    .interrupted = on_interrupted,
	    .tick = on_tick,
	};

	f.report.summaries = words && (cli->level >= LOG_VERBOSE || (cli->level == LOG_NORMAL && isatty(STDOUT_FILENO)));
	open_log(&f, &target, &chosen->settings);
	f.progress = words && cli->level == LOG_NORMAL ? progress_open(chosen->accounts, chosen->count) : NULL;
	options.progress = f.progress != NULL;
	jobs_run(chosen->accounts, chosen->count, chosen->settings.jobs, worker_run, &options, &listener);
	progress_close(&f.progress);
	log_target_close(&target);
	return f.code;
}

int fetch_run(const struct cli *cli)
{
	struct chosen chosen;
	int code;

	if (chosen_load(&chosen, cli, &code))
		code = fetch_chosen(cli, &chosen);
	chosen_free(&chosen);
	return code;
}
