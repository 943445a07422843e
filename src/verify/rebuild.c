#include "config.h"

#include "verify/rebuild.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "config/account.h"
#include "fetch/place.h"
#include "state/archive.h"
#include "state/match.h"
#include "state/record.h"
#include "state/state.h"
#include "verify/copies.h"

enum { TRIES = 5 }; /* attempts while other programs change the destination */

static bool open_empty(struct state **state, const struct account *a, const char *state_dir, struct error *err)
{
	int64_t known;

	if (!state_open(state, state_dir, a->name, STATE_WRITE, err) || !state_count(*state, &known, err))
		return false;
	if (known == 0)
		return true;
	error_set(err, ERROR_STORAGE, "the state file %s/%s.db exists and records %lld messages", state_dir, a->name,
	    (long long)known);
	return error_hint(err, "move it away first if you want to rebuild it");
}

/*
 * Returns whether a copy is the account's: with a name of the account wherever it is, or with any name in the account's
 * own Maildir and the Maildirs in it (Maildir++). A Maildir beside it may be that of another account.
 */
static bool is_own(const struct copies *c, const struct copy *copy)
{
	const char *path = c->texts.data + copy->path, *own = c->account->delivery.to.path;
	size_t length = strlen(own);

	while (length > 1 && own[length - 1] == '/')
		length--;
	return copy->own || !copy->elsewhere ||
	    (strncmp(path, own, length) == 0 && path[length] == '/' && path[length + 1] == '.');
}

/* Reads all copies and syncs them. Messages that are recorded now may be deleted from the server later. */
static bool read_all(struct copies *c, struct error *err)
{
	for (int i = 0; i < TRIES; i++) {
		copies_clear(c);
		if (!copies_read(c, false, true, err))
			return false;
		if (!c->changed)
			return true;
	}
	error_set(err, ERROR_LOCKED, "another program is changing %s", c->account->delivery.to.path);
	return error_hint(err, "try again later");
}

static bool fail_copy(const char *path, int failure, struct error *err)
{
	error_errno(err, ERROR_STORAGE, failure, "the message %s cannot be read", path);
	return error_hint(err, "check its permissions and its disk");
}

/* Records a copy. The size by LIST is unknown; additions of mail programs to the header are not part of it. */
static bool record(struct state *state, const struct copies *c, const struct copy *copy, int64_t now, struct error *err)
{
	struct state_record r = {
	    .octets = copy->octets,
	    .wire = copy->crlf_octets,
	    .listed = copy->bare_crlf_octets,
	    .delivered = copy->when > 0 ? copy->when : now,
	};
	char identity[DESTINATION_IDENTITY];

	if (copy->failure)
		return fail_copy(c->texts.data + copy->path, copy->failure, err);
	/* As for a message found after a crash: its UID and original size identify it. */
	if (copy->original_crlf > 0)
		r.wire = r.listed = r.said = copy->original_crlf;
	r.marked = copy->marked;
	memcpy(r.sha256, copy->whole, sizeof(r.sha256));
	memcpy(r.bare, copy->bare, sizeof(r.bare));
	memcpy(r.header, copy->key.header, sizeof(r.header));
	snprintf(identity, sizeof(identity), "%s", copy->key.identity);
	if (!is_own(c, copy))
		return state_add_found_any(state, &r, now, err);
	/* Only the name of a file shows that mailhaul has delivered it. */
	if (!copy->own) {
		r.core = &copy->core;
		r.core_octets = copy->crlf_octets - copy->core.left_out;
	}
	return state_add_found(state, identity, &r, now, err);
}

static bool fail_empty(const struct account *a, struct error *err)
{
	error_set(err, ERROR_STORAGE, "there is no message in %s, so the state was not rebuilt", a->delivery.to.path);
	return error_hint(err, "check deliver_to; without a state, the next fetch takes all messages as new");
}

bool rebuild_account(const struct account *account, const char *state_dir, uint64_t *count, struct error *err)
{
	struct copies copies = {.account = account, .cored = true};
	struct state *state = NULL;
	int64_t now = (int64_t)time(NULL);
	struct place place = {0};
	uint64_t others = 0; /* files beside the Maildir that may belong to the account */
	bool ok = copies_are_there(account, err) && open_empty(&state, account, state_dir, err) &&
	    place_examine(&place, state, account, err);

	copies.label = ok ? state_label(state) : NULL;
	ok = ok && read_all(&copies, err);
	place_free(&place);
	*count = 0;
	for (size_t i = 0; ok && i < copies.count; i++) {
		const struct copy *copy = &copies.list[i];
		bool own = is_own(&copies, copy);

		/* An incomplete file does not stand for its message. */
		if (copy->torn || (!own && copy->failure))
			continue;
		ok = record(state, &copies, copy, now, err);
		*count += own;
		others += !own;
	}
	*count = *count > 0 ? *count : others;
	ok = ok && (*count > 0 || fail_empty(account, err)) && state_end_run(state, now, err);
	copies_free(&copies);
	state_close(&state);
	return ok;
}
