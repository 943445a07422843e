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
#include "ui/report.h"

struct fetch {
	struct report report;
	struct account *const *accounts; /* those of this run */
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

int fetch_run(const struct cli *cli)
{
	bool dry_run = cli->options & CLI_DRY_RUN;
	struct fetch f = {.report = {.level = cli->level}};
	struct chosen chosen;

	f.report.summaries = !dry_run && (cli->level >= LOG_VERBOSE || (cli->level == LOG_NORMAL && isatty(STDOUT_FILENO)));
	if (chosen_load(&chosen, cli, &f.code)) {
		struct run_options options = {cli->options & CLI_KEEP, dry_run, cli->level, chosen.settings.state_dir};
		struct jobs_listener listener = {on_log, on_say, on_problem, on_done, &f};

		f.accounts = chosen.accounts;
		jobs_run(chosen.accounts, chosen.count, chosen.settings.jobs, worker_run, &options, &listener);
	}
	chosen_free(&chosen);
	return f.code;
}
