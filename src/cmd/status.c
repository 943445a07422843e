#include "config.h"

#include "cmd/status.h"

#include <stdlib.h>
#include <sysexits.h>
#include <time.h>

#include "base/error.h"
#include "base/memory.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "state/state.h"
#include "state/summary.h"
#include "state/trouble.h"
#include "ui/report.h"
#include "ui/status.h"

enum {
	DAY = 86400,
	EXIT_CRITICAL = 2, /* what monitoring plugins return for a failure */
};

/* Computes the deletions by leave_on_server. Nothing is deleted by age while the clock is behind an earlier run. */
static bool count_due(struct state *s, const struct retention_rule *rule, struct status *status, struct error *err)
{
	int64_t due = status->now - rule->age, first;

	if (rule->mode == RETENTION_NONE)
		status->due = status->summary.listed;
	status->clock_is_behind = status->now < state_last_seen(s);
	if (rule->mode != RETENTION_AGE)
		return true;
	if (!state_count_listed(s, INT64_MIN, due, &status->due, &first, err) ||
	    !state_count_listed(s, due, INT64_MAX, &status->later, &first, err))
		return false;
	if (status->later == 0)
		return true;
	status->next = retention_due(rule, first);
	return state_count_listed(s, first - 1, first + DAY - 1, &status->next_day, &first, err);
}

/* A run in progress says nothing yet; the failures before it are recorded until it succeeds. */
static enum status_verdict judge(const struct status *s, int64_t most)
{
	enum state_result result = s->summary.last.result;

	if (s->trouble.since > 0 || (result == STATE_RUN_FAILED && !s->summary.running))
		return STATUS_FAILING;
	if (s->summary.died)
		return STATUS_KILLED;
	if (result == STATE_RUN_INTERRUPTED && !s->summary.running)
		return STATUS_INTERRUPTED;
	if (s->summary.last_success == 0)
		return STATUS_NEVER;
	return most > 0 && s->now - s->summary.last_success > most ? STATUS_OLD : STATUS_OK;
}

/* most: seconds after which a success is too old; 0: never. */
static bool read_status(const char *state_dir, const struct account *a, int64_t most, struct status *status,
    struct error *err)
{
	struct state *s;
	bool ok;

	*status = (struct status){.account = a, .mode = a->retention.mode, .now = (int64_t)time(NULL)};
	ok = state_open(&s, state_dir, a->name, STATE_READ, err) && state_summarize(s, &status->summary, err) &&
	    state_get_trouble(s, &status->trouble, err) && count_due(s, &a->retention, status, err);
	state_close(&s);
	status->verdict = judge(status, most);
	return ok;
}

/* Prints all details of accounts that the user named, else one line an account. */
static void print_status(const struct command_line *line, const struct status *status)
{
	if (line->options & CLI_JSON)
		status_json(status);
	else if (line->level >= LOG_VERBOSE || (line->accounts[0] && !(line->options & CLI_FAIL)))
		status_print(status);
	else if (line->level > LOG_QUIET || status->verdict != STATUS_OK)
		status_line(status);
}

/* Prints the accounts in the order of the configuration; with --fail, those that fail come first. */
static void print_all(const struct command_line *line, const struct status *list, size_t count, int *code)
{
	bool fail = line->options & CLI_FAIL;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			bool failed = list[i].verdict != STATUS_OK, first = failed || !fail;

			if (first == (pass == 0))
				print_status(line, &list[i]);
			if (fail && failed && *code == EX_OK)
				*code = EXIT_CRITICAL;
		}
	}
}

int status_run(const struct command_line *line)
{
	struct chosen chosen;
	struct status *list;
	size_t count = 0;
	int code = EX_OK;

	if (chosen_load(&chosen, line, &code)) {
		list = memory_zeroed(chosen.count, sizeof(*list));
		for (size_t i = 0; i < chosen.count; i++) {
			struct error err;

			if (read_status(chosen.settings.state_dir, chosen.accounts[i], line->fail_age, &list[count],
				&err)) {
				count++;
				continue;
			}
			report_error(chosen.accounts[i]->name, STEP_STATE, &err);
			code = exit_code_worse(code, exit_code_of(&err));
		}
		print_all(line, list, count, &code);
		free(list);
	}
	chosen_free(&chosen);
	return code;
}
