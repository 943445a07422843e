#include "config.h"

#include "cmd/fetch.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/every.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "fetch/jobs.h"
#include "fetch/run_options.h"
#include "fetch/worker.h"
#include "io/deadline.h"
#include "ui/columns.h"
#include "ui/log_target.h"
#include "ui/messages.h"
#include "ui/progress.h"
#include "ui/report.h"
#include "ui/run_json.h"

struct fetch {
	struct report report;
	struct account *const *accounts; /* the accounts of this run */
	struct progress *progress;	 /* NULL: no bars are shown */
	size_t *problems;		 /* number of problems of each account */
	struct messages_total *listed;	 /* messages of each account in a dry run; NULL: no total is printed */
	size_t columns;			 /* of the terminal on standard output, or 0 */
	bool json;			 /* also write JSON */
	struct run_json totals;
	int code;
};

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	const struct fetch *f = context;

	progress_clear(f->progress);
	report_log(&f->report, f->accounts[index]->name, level, text);
	if (f->json && level <= f->report.level)
		run_json_log(f->accounts[index]->name, level, text);
}

static void on_listed(void *context, size_t index, const struct listed *message)
{
	const struct fetch *f = context;

	progress_clear(f->progress);
	if (f->listed)
		messages_add(&f->listed[index], message);
	if (f->json)
		messages_json(f->accounts[index]->name, message);
	else
		messages_say(f->accounts[index]->name, message, f->columns);
}

static void on_problem(void *context, size_t index, enum step step, const struct error *err, bool silent)
{
	struct fetch *f = context;

	progress_clear(f->progress);
	report_problem(&f->report, f->accounts[index]->name, step, err, silent);
	if (f->json)
		run_json_problem(f->accounts[index]->name, step, err, exit_code_of(err));
	f->problems[index]++;
	if (!silent)
		f->code = exit_code_worse(f->code, exit_code_of(err));
}

static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	struct fetch *f = context;
	int code = outcome->ok ? EX_OK : exit_code_of(&outcome->err);

	progress_end(f->progress, index);
	progress_clear(f->progress);
	if (f->listed && outcome->ok)
		messages_say_total(f->accounts[index]->name, &f->listed[index], f->columns);
	report_outcome(&f->report, f->accounts[index], outcome);
	if (f->json)
		run_json_account(&f->totals, f->accounts[index]->name, outcome, f->problems[index] > 0, code);
	if (!outcome->silent)
		f->code = exit_code_worse(f->code, code);
	f->problems[index] += !outcome->ok;
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

/* Opens the log. If it cannot be written, this is reported, and mail is still fetched. */
static void open_log(struct fetch *f, struct log_target *target, const struct settings *s)
{
	struct error err;

	f->report.target = target;
	if (log_target_open(target, s->log, s->log_path, &err))
		return;
	report_error(NULL, STEP_NONE, &err);
	f->code = exit_code_of(&err);
}

/* Returns whether some accounts failed and others did not. */
static bool fetched_some(const struct fetch *f, size_t count)
{
	size_t whole = 0;

	for (size_t i = 0; i < count; i++)
		whole += f->problems[i] == 0;
	return whole > 0 && whole < count;
}

int fetch_chosen(const struct command_line *line, const struct chosen *chosen)
{
	bool dry_run = line->options & CLI_DRY_RUN, words = !(line->options & (CLI_DRY_RUN | CLI_JSON));
	struct fetch f = {
	    .report = {.level = line->level},
	    .accounts = chosen->accounts,
	    .problems = memory_zeroed(chosen->count, sizeof(size_t)),
	    .columns = columns_of(STDOUT_FILENO),
	    /* verify itself reports what it fetches again. */
	    .json = (line->options & (CLI_JSON | CLI_REFETCH)) == CLI_JSON,
	};
	int64_t start = deadline_clock();
	struct log_target target;
	struct run_options options = {
	    .keep = line->options & CLI_KEEP,
	    .retry_refused = line->options & CLI_RETRY_REFUSED,
	    .accept_weaker = line->options & CLI_ACCEPT_WEAKER,
	    .named = *line->accounts != NULL,
	    .dry_run = dry_run,
	    .headers = dry_run,
	    .level = line->level,
	    .state_dir = chosen->settings.state_dir,
	    .notes_failures = !dry_run,
	    /* A user at the terminal wants to see every failure. */
	    .report_all =
		(line->options & (CLI_STRICT | CLI_REFETCH)) || line->level >= LOG_VERBOSE || isatty(STDERR_FILENO),
	    .key_log = line->key_log,
	};
	const struct jobs_listener listener = {
	    .log = on_log,
	    .listed = dry_run ? on_listed : NULL,
	    .problem = on_problem,
	    .done = on_done,
	    .context = &f,
	    .begins = on_begins,
	    .progress = on_progress,
	    .interrupted = on_interrupted,
	    .tick = on_tick,
	};

	f.listed = dry_run && !f.json ? memory_zeroed(chosen->count, sizeof(*f.listed)) : NULL;
	f.report.summaries =
	    words && (line->level >= LOG_VERBOSE || (line->level == LOG_NORMAL && isatty(STDOUT_FILENO)));
	open_log(&f, &target, &chosen->settings);
	f.progress = words && line->level == LOG_NORMAL ? progress_open(chosen->accounts, chosen->count) : NULL;
	options.progress = f.progress != NULL;
	jobs_run(chosen->accounts, chosen->count, chosen->settings.jobs, worker_run, &options, &listener);
	progress_close(&f.progress);
	log_target_close(&target);
	/* verify --refetch fetches only the affected accounts, so it has no partial exit code. */
	if (!(line->options & CLI_REFETCH) && fetched_some(&f, chosen->count))
		f.code = exit_code_partial(f.code);
	if (f.json)
		run_json_summary(&f.totals, deadline_clock() - start, f.code);
	free(f.problems);
	free(f.listed);
	return f.code;
}

int fetch_run(const struct command_line *line)
{
	struct chosen chosen;
	int code;

	if (chosen_load(&chosen, line, &code)) {
		if (!(line->options & CLI_EVERY) || every_begins_run(line, &chosen, &code))
			code = fetch_chosen(line, &chosen);
	} else if (line->options & CLI_JSON) {
		run_json_summary(&(struct run_json){0}, 0, code);
	}
	chosen_free(&chosen);
	return code;
}
