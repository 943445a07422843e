#include "config.h"

#include "fetch/trouble.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/log.h"
#include "config/account.h"
#include "fetch/run_options.h"
#include "policy/patience.h"
#include "state/last_run.h"
#include "state/state.h"

/* Whether this run may leave any failure unreported. */
static bool is_patient(const struct trouble *t)
{
	return t->account->report_failures_after > 0 && t->options->notes_failures && !t->options->report_all;
}

bool trouble_begin(struct trouble *t, struct state *state, struct error *err)
{
	const struct state_trouble *k = &t->known;

	if (!t->options->notes_failures)
		return true;
	if (!state_note_run(state, STATE_RUN_BEGUN, t->now, err) || !state_get_trouble(state, &t->known, err))
		return false;
	t->silent = is_patient(t) &&
	    !patience_is_over(t->account->report_failures_after, k->since > 0 ? k->since : t->now, k->reported, t->now);
	return true;
}

void trouble_without_state(struct trouble *t)
{
	t->silent = is_patient(t) &&
	    !patience_with_other_is_over(t->account->report_failures_after,
		state_last_end(t->options->state_dir, t->account->name), t->now);
}

/* Records a failure; it replaces an earlier one of the same run. */
static void note(struct trouble *t, enum step step, const struct error *err)
{
	struct state_trouble *k = &t->known;

	if (k->since == 0)
		k->since = t->now;
	k->at = t->now;
	t->failed = true;
	k->step = step;
	snprintf(k->cause, sizeof(k->cause), "%s", err->cause);
	snprintf(k->server, sizeof(k->server), "%s", err->server);
}

bool trouble_is_reported(struct trouble *t, enum step step, struct error *err)
{
	char span[32], hint[sizeof(err->hint)];

	note(t, step, err);
	if (!err->temporary)
		return true;
	if (t->silent)
		return false;
	if (!is_patient(t) || t->known.since >= t->now)
		return true;
	t->reported = true;
	patience_words(t->now - t->known.since, span, sizeof(span));
	snprintf(hint, sizeof(hint), "%s", err->hint);
	error_hint(err, "%s%sit has been failing for %s", hint, hint[0] ? "; " : "", span);
	return true;
}

bool trouble_end(struct trouble *t, struct state *state, const struct log *log, struct error *err)
{
	struct state_trouble *k = &t->known;
	char span[32];

	if (!t->options->notes_failures || k->since == 0)
		return true;
	if (t->failed) {
		if (t->reported)
			k->reported = t->now;
		return state_set_trouble(state, k, err);
	}
	if (!state_end_trouble(state, err))
		return false;
	patience_words(t->now - k->since, span, sizeof(span));
	if (k->reported > 0)
		log_line(log, LOG_NORMAL, "works again after %s; the last failure was: %s: %s", span,
		    step_name(k->step), k->cause);
	return true;
}

void trouble_note_end(const struct trouble *t, struct state *state, bool ok, bool interrupted)
{
	enum state_result result = ok && !t->failed ? STATE_RUN_COMPLETED
	    : !ok && interrupted		    ? STATE_RUN_INTERRUPTED
						    : STATE_RUN_FAILED;
	struct error err;

	/* The note of the beginning exists, so nothing has to be read from the state. */
	if (state && t->options->notes_failures)
		(void)state_note_run(state, result, t->now, &err);
}

bool trouble_alone(const struct account *account, const struct run_options *options, enum step step, struct error *err)
{
	struct trouble t = {.account = account, .options = options, .now = (int64_t)time(NULL)};
	struct state *state = NULL;
	struct error second;
	bool reported;

	if (!options->notes_failures || !state_open(&state, options->state_dir, account->name, STATE_WRITE, &second))
		return true;
	if (!trouble_begin(&t, state, &second))
		t.silent = false;
	reported = trouble_is_reported(&t, step, err);
	if (!trouble_end(&t, state, NULL, &second) || !state_note_run(state, STATE_RUN_FAILED, t.now, &second))
		reported = true;
	state_close(&state);
	return reported;
}
