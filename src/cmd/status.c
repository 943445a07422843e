#include "config.h"

#include "cmd/status.h"

#include <sysexits.h>
#include <time.h>

#include "base/error.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"
#include "config/account.h"
#include "state/state.h"
#include "state/summary.h"
#include "state/trouble.h"
#include "ui/report.h"
#include "ui/status.h"

enum { DAY = 86400 };

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

static bool read_status(const char *state_dir, const struct account *a, struct status *status, struct error *err)
{
	struct state *s;
	bool ok;

	*status = (struct status){.account = a->name, .mode = a->retention.mode, .now = (int64_t)time(NULL)};
	ok = state_open(&s, state_dir, a->name, STATE_READ, err) && state_summarize(s, &status->summary, err) &&
	    state_get_trouble(s, &status->trouble, err) && count_due(s, &a->retention, status, err);
	state_close(&s);
	return ok;
}

int status_run(const struct command_line *line)
{
	struct chosen chosen;
	int code = EX_OK;

	if (chosen_load(&chosen, line, &code)) {
		for (size_t i = 0; i < chosen.count; i++) {
			struct status status;
			struct error err;

			if (read_status(chosen.settings.state_dir, chosen.accounts[i], &status, &err)) {
				(line->options & CLI_JSON ? status_json : status_print)(&status);
				continue;
			}
			report_error(chosen.accounts[i]->name, STEP_STATE, &err);
			code = exit_code_worse(code, exit_code_of(&err));
		}
	}
	chosen_free(&chosen);
	return code;
}
