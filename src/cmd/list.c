#include "config.h"

#include "cmd/list.h"

#include <unistd.h>

#include "base/error.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "fetch/jobs.h"
#include "fetch/run_options.h"
#include "fetch/worker.h"
#include "ui/columns.h"
#include "ui/messages.h"
#include "ui/report.h"

struct list_output {
	struct report report;
	struct messages_table table;
	struct messages_total total; /* of the current account */
	bool json;
	struct account *const *accounts;
	int code;
};

static void on_log(void *context, size_t index, enum log_level level, const char *text)
{
	const struct list_output *l = context;

	report_log(&l->report, l->accounts[index]->name, level, text);
}

static void on_listed(void *context, size_t index, const struct listed *message)
{
	struct list_output *l = context;

	if (l->json)
		messages_json(l->accounts[index]->name, message);
	else
		messages_row(&l->table, l->accounts[index]->name, message);
	messages_add(&l->total, message);
}

static void on_problem(void *context, size_t index, enum step step, const struct error *err, bool silent)
{
	struct list_output *l = context;

	(void)silent; /* list reports every failure at once */
	report_error(l->accounts[index]->name, step, err);
	l->code = exit_code_worse(l->code, exit_code_of(err));
}

/* Prints the total for people. Other programs read only rows, so for them it is left out. */
static void print_total(struct list_output *l, const char *account)
{
	if (l->table.columns > 0 && !l->json)
		messages_say_total(account, &l->total, l->table.columns);
	else if (l->total.count == 0 && l->report.level >= LOG_NORMAL)
		report_log(&l->report, account, LOG_NORMAL, "no messages on the server");
}

static void on_done(void *context, size_t index, const struct outcome *outcome)
{
	struct list_output *l = context;

	if (outcome->ok)
		print_total(l, l->accounts[index]->name);
	l->total = (struct messages_total){0};
	report_outcome(&l->report, l->accounts[index], outcome);
	if (!outcome->ok)
		l->code = exit_code_worse(l->code, exit_code_of(&outcome->err));
}

int list_run(const struct command_line *line)
{
	bool headers = line->options & CLI_HEADERS;
	struct list_output l = {
	    .report = {.level = line->level},
	    .table = {.columns = columns_of(STDOUT_FILENO), .headers = headers},
	    .json = line->options & CLI_JSON,
	};
	struct chosen chosen;

	if (chosen_load(&chosen, line, &l.code)) {
		const struct run_options options = {
		    .named = *line->accounts != NULL,
		    .dry_run = true,
		    .headers = headers,
		    .level = line->level,
		    .state_dir = chosen.settings.state_dir,
		    .key_log = line->key_log,
		};
		const struct jobs_listener listener = {.log = on_log,
		    .listed = on_listed,
		    .problem = on_problem,
		    .done = on_done,
		    .context = &l};

		l.accounts = chosen.accounts;
		/* One account after another, so that their messages do not mix. */
		jobs_run(chosen.accounts, chosen.count, 1, worker_run, &options, &listener);
	}
	chosen_free(&chosen);
	return l.code;
}
