#include "config.h"

#include "fetch/refused.h"

#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/mechanism.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/account.h"
#include "state/refusal.h"
#include "state/state.h"

enum {
	SECONDS = 3600,
	ROUNDS = 600000, /* about a tenth of a second, and only if a refusal is remembered */
};

static bool is_remembered(const struct account *a)
{
	return a->login.password && a->login.source != SECRET_TOKEN_COMMAND;
}

/* Everything but the password that distinguishes one login from another. */
static char *login_of(const struct account *a, const char *maildrop)
{
	return memory_format("%s %s", maildrop, a->login.mechanism ? a->login.mechanism->word : "auto");
}

/*
 * Computes a mark that distinguishes the refused password from others, without helping a reader of the state to
 * guess it. Therefore it is slow to compute and has so few bits that very many passwords share it. The salt is the
 * maildrop and not random: the same password always has the same mark, so repeated copies of the state reveal no
 * more than those bits.
 */
static void mark_of(const struct account *a, const char *maildrop, unsigned char mark[STATE_MARK_SIZE])
{
	char *salt = memory_format("mailhaul refused %s", maildrop);

	digest_slow(mark, STATE_MARK_SIZE, secret_text(a->login.password), secret_length(a->login.password), salt,
	    ROUNDS);
	free(salt);
}

static bool refuse(const struct account *a, const struct state_refusal *r, struct error *err)
{
	char then[CALENDAR_TEXT], again[CALENDAR_TEXT];

	calendar_minute(r->at, then);
	calendar_minute(r->at + SECONDS, again);
	error_set(err, ERROR_AUTH, "not tried, because the server refused this password at %s", then);
	error_server(err, r->words, strlen(r->words));
	return error_hint(err, "correct the password; \"mailhaul %s\" tries at once; other runs wait until %s", a->name,
	    again);
}

bool refused_allows(struct state *s, const struct account *a, const char *maildrop, int64_t now, struct error *err)
{
	unsigned char mark[STATE_MARK_SIZE];
	struct state_refusal r;
	char *login;
	bool found, same;

	if (!is_remembered(a))
		return true;
	if (!state_get_refusal(s, &r, &found, err))
		return false;
	if (!found)
		return true;
	login = login_of(a, maildrop);
	/* A time in the future was written when the clock was ahead; it is ignored. */
	same = r.at <= now && r.at > now - SECONDS && strcmp(login, r.login) == 0;
	if (same) {
		mark_of(a, maildrop, mark);
		same = memcmp(mark, r.mark, sizeof(mark)) == 0;
	}
	if (same)
		refuse(a, &r, err);
	free(login);
	free(r.login);
	free(r.words);
	return !same;
}

bool refused_note(struct state *s, const struct account *a, const char *maildrop, int64_t now,
    const struct error *refusal, struct error *err)
{
	struct state_refusal r = {.at = now};
	bool ok;

	if (!is_remembered(a))
		return true;
	r.login = login_of(a, maildrop);
	r.words = memory_copy_string(refusal->server);
	mark_of(a, maildrop, r.mark);
	ok = state_set_refusal(s, &r, err) && state_commit(s, err);
	free(r.login);
	free(r.words);
	return ok;
}

bool refused_forget(struct state *s, struct error *err)
{
	struct state_refusal r;
	bool found;

	if (!state_get_refusal(s, &r, &found, err))
		return false;
	if (!found)
		return true;
	free(r.login);
	free(r.words);
	return state_set_refusal(s, NULL, err) && state_commit(s, err);
}
