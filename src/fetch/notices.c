#include "config.h"

#include "fetch/notices.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "fetch/trouble.h"
#include "policy/plan.h"
#include "state/state.h"
#include "state/unfetched.h"

void notices_report(struct notices *n, enum step step, const struct error *err)
{
	struct error reported = *err;
	bool silent = !trouble_is_reported(n->trouble, step, &reported);

	event_pipe_send_problem(n->fd, step, &reported, silent);
}

/* Returns whether the failure was reported before in this run; if not, it is noted as reported. */
static bool is_known(struct notices *n, enum transfer_problem problem, const struct error *err)
{
	char(*causes)[NOTICES_CAUSE] = n->causes[problem];
	char cause[NOTICES_CAUSE];
	size_t i = 0;

	snprintf(cause, sizeof(cause), "%.*s", NOTICES_CAUSE - 1, err->cause);
	for (; i < NOTICES_MOST && causes[i][0]; i++) {
		if (strcmp(causes[i], cause) == 0)
			return true;
	}
	if (i < NOTICES_MOST)
		memcpy(causes[i], cause, sizeof(cause));
	return false;
}

void notices_add(struct notices *n, enum transfer_problem problem, enum step step, const struct error *err)
{
	if (is_known(n, problem, err))
		return;
	if (++n->counts[problem] <= NOTICES_MOST || n->log->level >= LOG_VERBOSE)
		notices_report(n, step, err);
}

bool notices_large(struct notices *n, struct state *state, const struct plan *plan, int64_t now, struct error *err)
{
	for (size_t i = 0; i < plan->count && plan->summary.unreported > 0; i++) {
		const struct plan_entry *e = &plan->entries[i];

		if (e->decision.reason != REASON_TOO_LARGE_UNREPORTED || n->log->level < LOG_NORMAL)
			continue; /* without output, a later run reports it */
		if (!state_note_unfetched(state, e->uid, STATE_UNFETCHED_LARGE, 0, now, err))
			return false;
		if (++n->large > NOTICES_MOST && n->log->level < LOG_VERBOSE)
			continue;
		log_line(n->log, LOG_NORMAL,
		    "message %" PRIu32 " stays on the server: its size, %" PRIu64 " bytes, exceeds max_message_size; "
		    "raise max_message_size to fetch it",
		    e->number, e->octets);
	}
	return state_commit(state, err);
}

void notices_unsure(struct notices *n, size_t messages)
{
	struct error err;

	if (messages == 0 || n->unsure_reported)
		return;
	n->unsure_reported = true;
	error_set(&err, ERROR_PROTOCOL,
	    "the server refuses the header (TOP) or the text of %zu message%s, so it is unknown whether %s fetched before",
	    messages, messages == 1 ? "" : "s", messages == 1 ? "it was" : "they were");
	error_hint(&err, "%s on the server; the next run tries again", messages == 1 ? "it stays" : "they stay");
	err.temporary = true;
	notices_report(n, STEP_LIST, &err);
}

void notices_end(struct notices *n)
{
	static const struct {
		enum step step;
		const char *what;
		bool temporary;
	} kinds[TRANSFER_PROBLEMS] = {
	    [TRANSFER_REFUSED] = {STEP_FETCH, "the server refused to send them", true},
	    [TRANSFER_KEPT] = {STEP_DELETE, "the server refused to delete them", true},
	    [TRANSFER_NOT_TAKEN] = {STEP_STORE, "the destination did not accept them", true},
	    [TRANSFER_INCOMPLETE] = {STEP_FETCH, "their size differs from the size that the server reported", false},
	};

	if (n->log->level >= LOG_VERBOSE)
		return;
	for (size_t i = 0; i < TRANSFER_PROBLEMS; i++) {
		struct error err;

		if (n->counts[i] <= NOTICES_MOST)
			continue;
		error_set(&err, ERROR_PROTOCOL, "%" PRIu64 " more messages: %s", n->counts[i] - NOTICES_MOST,
		    kinds[i].what);
		error_hint(&err, "they stay on the server; run mailhaul -v to list each of them");
		err.temporary = kinds[i].temporary;
		notices_report(n, kinds[i].step, &err);
	}
	if (n->large > NOTICES_MOST)
		log_line(n->log, LOG_NORMAL,
		    "%" PRIu64 " more messages stay on the server because they exceed max_message_size",
		    n->large - NOTICES_MOST);
}
