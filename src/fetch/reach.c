#include "config.h"

#include "fetch/reach.h"

#include "base/error.h"
#include "base/mechanism.h"
#include "config/account.h"
#include "fetch/refused.h"
#include "fetch/run_options.h"
#include "fetch/worker_private.h"
#include "io/interrupt.h"
#include "state/login.h"
#include "state/maildrop.h"
#include "state/state.h"

#include <stdlib.h>

enum {
	RETRY_FIRST_MS = 1000, /* pauses before another login */
	RETRY_MOST_MS = 60000,
	LEAST_STRENGTH = 1, /* the strength of the weakest mechanisms (base/mechanism) */
};

/* Whether the server refused the connection or the login, and said that this is temporary. */
static bool may_pass_soon(const struct error *err)
{
	return err->kind == ERROR_LOCKED || (err->kind == ERROR_PROTOCOL && err->temporary && err->server[0]);
}

/*
 * Connects and logs in. Retries for login_retry while the server says that it will work later ([IN-USE],
 * [LOGIN-DELAY], [SYS/TEMP], or the same in words), each time with a new connection and after a longer pause.
 */
static bool connect_patiently(struct worker *w, const struct tls_trust *trust, const char *remembered,
    struct error *err)
{
	const struct account *a = w->account;
	deadline until = deadline_in(a->login.retry);

	for (int64_t pause = RETRY_FIRST_MS;; pause = 2 * pause < RETRY_MOST_MS ? 2 * pause : RETRY_MOST_MS) {
		int64_t left, wait;

		if (connect_open(&w->session.connection, a, trust, &w->log, w->lessons.pipelining, remembered,
			&w->lessons.memory, &w->step, err))
			return true;
		left = deadline_left(until);
		if (!may_pass_soon(err) || left == 0)
			return false;
		wait = pause < left ? pause : left;
		log_line(&w->log, LOG_VERBOSE, "%s (server said: \"%s\"); trying again in %.1f s", err->cause,
		    err->server, (double)wait / 1000);
		if (interrupt_poll(NULL, 0, deadline_clock() + wait) == WAIT_INTERRUPTED)
			return interrupt_error(err);
	}
}

/* Updates the remembered capabilities, now that the login has succeeded or failed. */
static void settle_capabilities(struct worker *w, const struct state_maildrop *maildrop, bool known, bool ok)
{
	struct error second;

	/*
	 * Noted at once, so that no later run waits for a command at which the server fails, even if this session
	 * fails.
	 */
	if (ok && w->lessons.memory.learned && w->session.connection.announced.length > 0 && !w->options->dry_run &&
	    !state_note_capabilities(w->state, maildrop, buf_string(&w->session.connection.announced), w->clock.now,
		&second))
		notices_report(&w->notices, STEP_STATE, &second);
	if (!ok && known && w->step == STEP_LOGIN && state_set_capabilities(w->state, NULL, w->clock.now, &second))
		(void)state_commit(w->state, &second);
}

/* Gets the strongest mechanism of earlier runs, or NULL. */
static bool remember_login(struct worker *w, const struct state_maildrop *maildrop, const struct mechanism **strongest,
    struct error *err)
{
	char *word;

	if (!state_get_login(w->state, maildrop, &word, err))
		return false;
	*strongest = word ? mechanism_find(word) : NULL;
	free(word);
	return true;
}

/*
 * Records the mechanism of this login if none as strong is recorded. The weakest ones are not recorded, as no other is
 * weaker. Nor are those that only the user can choose, as they may be weaker or stronger than what the server offers.
 */
static bool settle_login(struct worker *w, const struct state_maildrop *maildrop, const struct mechanism *strongest,
    struct error *err)
{
	const struct mechanism *used = w->lessons.memory.used;
	unsigned known = strongest ? strongest->strength : LEAST_STRENGTH;

	if (w->options->dry_run || !used || !used->automatic || used->secret != MECHANISM_PASSWORD ||
	    used->strength == known || (used->strength < known && !w->options->accept_weaker))
		return true;
	return state_set_login(w->state, maildrop, used->strength > LEAST_STRENGTH ? used->word : NULL, err) &&
	    state_commit(w->state, err);
}

bool reach_server(struct worker *w, const struct tls_trust *trust, struct error *err)
{
	const struct account *a = w->account;
	const struct state_maildrop maildrop = {a->server, a->port, a->login.user};
	const struct mechanism *strongest;
	struct error second;
	char *remembered, *last;
	bool ok;

	if (!remember_login(w, &maildrop, &strongest, err) ||
	    !state_get_capabilities(w->state, &maildrop, w->clock.now, &remembered, err))
		return false;
	if (!state_last_capabilities(w->state, &maildrop, &last, err)) {
		free(remembered);
		return false;
	}
	w->lessons.memory.known = last;
	w->lessons.memory.strongest = w->options->accept_weaker ? NULL : strongest;
	ok = connect_patiently(w, trust, remembered, err);
	w->lessons.memory.known = NULL;
	if (w->session.connection.refused && !w->options->dry_run &&
	    !refused_note(w->state, a, w->maildrop, w->clock.now, err, &second))
		notices_report(&w->notices, STEP_STATE, &second);
	settle_capabilities(w, &maildrop, remembered || (last && w->lessons.memory.learned), ok);
	free(remembered);
	free(last);
	return ok && settle_login(w, &maildrop, strongest, err) && refused_forget(w->state, err);
}

bool reach_may_log_in(struct worker *w, struct error *err)
{
	w->step = STEP_STATE;
	if (w->options->named || refused_allows(w->state, w->account, w->maildrop, w->clock.now, err))
		return true;
	if (err->kind == ERROR_AUTH)
		w->step = STEP_LOGIN;
	return false;
}

bool reach_may_pipeline(struct worker *w, struct error *err)
{
	const struct state_maildrop maildrop = {w->account->server, w->account->port, w->account->login.user};
	int64_t until;

	if (!state_get_unpipelined(w->state, &maildrop, &until, err))
		return false;
	/* A time too far ahead was written when the clock was wrong. */
	w->lessons.pipelining = until <= w->clock.now || until > w->clock.now + WORKER_UNPIPELINED_SECONDS;
	return true;
}
