#include "config.h"

#include "fetch/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "deliver/destination.h"
#include "fs/directory.h"
#include "state/state.h"

/* Mail readers remove an empty mbox, so a missing mbox proves nothing while its disk is mounted. */
static bool is_gone(const struct account *a, const char *path, const char *mount)
{
	char *now;
	bool gone = access(path, F_OK) != 0 && errno == ENOENT;

	if (!gone || destination_has_names(a->delivery.to.ops))
		return gone;
	now = directory_mount(path);
	gone = strcmp(now, mount) != 0;
	free(now);
	return gone;
}

static bool fail_gone(const struct account *a, const char *path, struct error *err)
{
	error_set(err, ERROR_STORAGE, "%s, the destination of earlier runs, does not exist", path);
	return error_hint(err, "mount its disk; to start with an empty destination, run: %s %s",
	    destination_has_names(a->delivery.to.ops) ? "mkdir -p" : "touch", path);
}

/* Returns what the state knows the destination by, and sets *path to what exists if the destination does. */
static char *name_of(const struct account *a, char **path)
{
	*path = memory_format(destination_has_names(a->delivery.to.ops) ? "%s/new" : "%s", a->delivery.to.path);
	return memory_format("%s:%s", a->delivery.to.ops->scheme, a->delivery.to.path);
}

static bool compare(struct place *p, struct state *state, const struct account *a, const char *path, struct error *err)
{
	if (!state_get_place(state, p->name, &p->noted, err))
		return false;
	return !p->noted.mount || !is_gone(a, path, p->noted.mount) || fail_gone(a, path, err);
}

bool place_examine(struct place *p, struct state *state, const struct account *a, struct error *err)
{
	char *path;
	bool ok;

	*p = (struct place){0};
	if (!a->delivery.to.path)
		return true;
	p->name = name_of(a, &path);
	ok = (!destination_has_names(a->delivery.to.ops) || state_set_witness(state, path, err)) &&
	    compare(p, state, a, path, err);
	free(path);
	return ok;
}

bool place_is_there(struct state *state, const struct account *a, struct error *err)
{
	struct place p = {0};
	char *path;
	bool ok;

	if (!a->delivery.to.path)
		return true;
	p.name = name_of(a, &path);
	ok = compare(&p, state, a, path, err);
	free(path);
	place_free(&p);
	return ok;
}

void place_settings(const struct state *state, struct destination_settings *settings)
{
	settings->label = state_label(state);
	settings->alone = state_is_new(state);
}

bool place_is_behind(const struct place *p, const struct account *a, struct error *err)
{
	if (!p->noted.behind)
		return false;
	error_set(err, ERROR_STORAGE,
	    "the Maildir %s is older than the state, or is a copy without extended attributes: it may lack messages, "
	    "so messages delivered earlier are not deleted from the server",
	    a->delivery.to.path);
	return !error_hint(err, "run: mailhaul verify --refetch %s", a->name);
}

bool place_note(const struct place *p, struct state *state, const struct account *a, struct error *err)
{
	struct state_place place = p->noted;
	bool ok;

	if (!p->name)
		return true;
	place.mount = directory_mount(a->delivery.to.path);
	ok = state_note_place(state, p->name, &place, err);
	free(place.mount);
	return ok;
}

void place_free(struct place *p)
{
	free(p->name);
	free(p->noted.mount);
	*p = (struct place){0};
}
