#include "config.h"

#include "cmd/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "fetch/check.h"
#include "fetch/jobs.h"
#include "fetch/run_options.h"
#include "fetch/worker.h"
#include "ui/check_json.h"
#include "ui/check_report.h"
#include "ui/check_result.h"
#include "ui/color.h"
#include "ui/jsonl.h"
#include "ui/report.h"

struct check {
	struct report report;
	struct check_result *results; /* one for each account */
	bool json, colors;
	int code;
};

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	const struct check *c = context;

	report_log(&c->report, c->results[index].account->name, level, text);
}

static void on_fact(void *context, size_t index, const struct fact *fact)
{
	struct check *c = context;

	check_result_add_fact(&c->results[index], fact);
}

static void on_problem(void *context, size_t index, enum step step, const struct error *err, bool silent)
{
	struct check *c = context;
	struct check_result *r = &c->results[index];

	(void)silent; /* the user asked, so everything is reported */
	/* The worker process may still fail after its account has ended. */
	if (r->printed)
		report_error(r->account->name, step, err);
	else
		check_result_add_problem(r, step, err);
	c->code = exit_code_worse(c->code, exit_code_of(err));
}

/* Handles the end of an account. Everything is printed at once, so that the output of accounts does not mix. */
static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	struct check *c = context;
	struct check_result *r = &c->results[index];

	if (!outcome->ok)
		on_problem(c, index, outcome->step, &outcome->err, false);
	if (c->json)
		jsonl_print(check_json(r), stdout);
	else if (c->report.level > LOG_QUIET)
		check_report(r, c->colors, c->report.level >= LOG_VERBOSE);
	check_report_problems(r);
	r->printed = true;
	check_result_free(r);
}

int check_run(const struct command_line *line)
{
	struct check c = {.report = {.level = line->level},
	    .json = line->options & CLI_JSON,
	    .colors = color_is_wanted()};
	struct chosen chosen;

	if (chosen_load(&chosen, line, &c.code)) {
		struct run_options options = {
		    .dry_run = true,
		    .level = line->level,
		    .state_dir = chosen.settings.state_dir,
		    .key_log = line->key_log,
		};
		struct jobs_listener listener = {.log = on_log,
		    .problem = on_problem,
		    .fact = on_fact,
		    .done = on_done,
		    .context = &c};

		c.results = memory_zeroed(chosen.count, sizeof(*c.results));
		for (size_t i = 0; i < chosen.count; i++)
			c.results[i].account = chosen.accounts[i];
		jobs_run(chosen.accounts, chosen.count, chosen.settings.jobs, check_account, &options, &listener);
		free(c.results);
	}
	chosen_free(&chosen);
	return c.code;
}
