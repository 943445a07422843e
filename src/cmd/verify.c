#include "config.h"

#include "cmd/verify.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/error.h"
#include "base/memory.h"
#include "cmd/chosen.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"
#include "cmd/fetch.h"
#include "ui/findings.h"
#include "ui/report.h"
#include "verify/copies.h"
#include "verify/rebuild.h"
#include "verify/verify.h"

enum { UNRECORDED_MOST = 10 }; /* files without a record that are shown without -v */

struct verify {
	const struct command_line *line;
	const struct chosen *chosen;
	bool json;
	bool summaries;		       /* always set for JSON */
	const char *account;	       /* the account being verified */
	struct verify_summary *summed; /* for each account */
	uint64_t unrecorded;	       /* files without a record that were found in the account so far */
	int code;
};

static void count(struct verify *v, int code)
{
	v->code = exit_code_worse(v->code, code);
}

static void fail(struct verify *v, enum step step, const struct error *err)
{
	report_error(v->account, step, err);
	if (v->json)
		findings_fail(v->account, step, err);
	count(v, exit_code_of(err));
}

/* Returns whether a finding is shown that is not a failure. */
static bool is_shown(struct verify *v, const struct verify_finding *finding)
{
	if (v->json || v->line->level >= LOG_VERBOSE)
		return true;
	if (finding->verdict == VERIFY_UNRECORDED)
		return v->summaries && ++v->unrecorded <= UNRECORDED_MOST;
	return finding->verdict == VERIFY_LEFTOVER && v->summaries;
}

static void report(void *context, const struct verify_finding *finding)
{
	struct verify *v = context;
	bool fails = verify_is_finding(finding->verdict);

	if (fails || is_shown(v, finding))
		findings_print(v->account, finding, v->json);
	/* Messages to be fetched again count only if that fails. */
	if (fails && !finding->again)
		count(v, EX_DATAERR);
}

static void verify(struct verify *v, const struct account *a, struct verify_summary *summary)
{
	const struct verify_request request = {
	    .state_dir = v->chosen->settings.state_dir,
	    .ignore_missing = v->line->options & CLI_IGNORE_MISSING,
	    .again = v->line->options & CLI_REFETCH,
	    .report = report,
	    .context = v,
	};
	struct error err;

	v->unrecorded = 0;
	if (!copies_can_read(a) && v->summaries)
		findings_cannot(a->name, v->json);
	if (!copies_can_read(a))
		return;
	if (!verify_account(a, &request, summary, &err)) {
		fail(v, STEP_VERIFY, &err);
		summary->again = 0;
		return;
	}
	if (v->summaries)
		findings_summarize(a->name, summary, v->json);
	if (!v->json && (v->summaries || summary->listed + summary->awaited + summary->gone > 0))
		findings_advise(a->name, summary, request.ignore_missing);
}

static void rebuild(struct verify *v, const struct account *a)
{
	struct error err;
	uint64_t messages;

	if (!rebuild_account(a, v->chosen->settings.state_dir, &messages, &err))
		fail(v, STEP_REBUILD, &err);
	else if (v->summaries)
		findings_rebuilt(a->name, messages, v->json);
}

/*
 * Reports how many messages were fetched again. fetched: the fetch succeeded, so messages that are still missing are
 * not available.
 */
static void check_regained(struct verify *v, const struct account *a, const struct verify_summary *summary,
    bool fetched)
{
	uint64_t wanted = summary->again;
	struct error err;
	uint64_t regained;

	v->account = a->name;
	if (!verify_regained(a, v->chosen->settings.state_dir, summary->retried, &regained, &err)) {
		fail(v, STEP_VERIFY, &err);
		return;
	}
	if (regained < wanted && fetched)
		count(v, EX_DATAERR);
	if (regained < wanted || v->summaries)
		findings_regained(a->name, wanted, regained, v->json);
}

/* Fetches the accounts that have messages to fetch again. To the fetch, these messages are new. */
static void fetch_again(struct verify *v)
{
	struct chosen some = *v->chosen;
	int code = EX_OK;

	some.accounts = memory_zeroed(v->chosen->count, sizeof(struct account *));
	some.count = 0;
	for (size_t i = 0; i < v->chosen->count; i++) {
		if (v->summed[i].again > 0)
			some.accounts[some.count++] = v->chosen->accounts[i];
	}
	if (some.count > 0)
		code = fetch_chosen(v->line, &some);
	count(v, code);
	for (size_t i = 0; i < v->chosen->count; i++) {
		if (v->summed[i].again > 0)
			check_regained(v, v->chosen->accounts[i], &v->summed[i], code == EX_OK);
	}
	free(some.accounts);
}

static bool check(const struct command_line *line)
{
	struct error err;

	if (!(line->options & CLI_REBUILD) || !(line->options & (CLI_REFETCH | CLI_IGNORE_MISSING)))
		return true;
	error_set(&err, ERROR_USAGE, "--rebuild cannot be combined with --refetch or --ignore-missing");
	error_hint(&err, "run mailhaul verify --rebuild first");
	report_error(NULL, STEP_NONE, &err);
	return false;
}

int verify_run(const struct command_line *line)
{
	struct chosen chosen;
	struct verify v = {.line = line, .chosen = &chosen, .json = line->options & CLI_JSON};

	v.summaries = v.json || line->level > LOG_QUIET;
	if (!check(line))
		return EX_USAGE;
	if (chosen_load(&chosen, line, &v.code)) {
		v.summed = memory_zeroed(chosen.count, sizeof(*v.summed));
		for (size_t i = 0; i < chosen.count; i++) {
			v.account = chosen.accounts[i]->name;
			if (line->options & CLI_REBUILD)
				rebuild(&v, chosen.accounts[i]);
			else
				verify(&v, chosen.accounts[i], &v.summed[i]);
		}
		fetch_again(&v);
		free(v.summed);
	}
	chosen_free(&chosen);
	return v.code;
}
