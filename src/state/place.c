#include "config.h"

#include "state/place.h"

#include "base/error.h"
#include "base/memory.h"
#include "state/database.h"
#include "state/private.h"
#include "state/state.h"

bool state_get_place(struct state *s, const char *name, struct state_place *place, struct error *err)
{
	struct query *q;
	bool row = false, ok;

	*place = (struct state_place){0};
	if (!query_start(&q, state_database(s), err, "SELECT mount, witnessed, reported FROM place WHERE name = ?1",
		"t", name))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row) {
		place->mount = memory_copy_string(query_text(q, 0));
		place->behind = query_integer(q, 1) > state_witnessed_run(s);
		place->reported = place->behind && query_integer(q, 2) != 0;
	}
	query_end(&q);
	return ok;
}

bool state_note_place(struct state *s, const char *name, const struct state_place *place, struct error *err)
{
	if (place->behind)
		state_forbid_witness(s);
	return database_execute(state_database(s), err,
	    "INSERT OR REPLACE INTO place(id, name, mount, witnessed, reported) VALUES(1, ?1, ?2,"
	    " coalesce((SELECT witnessed FROM place WHERE name = ?1), 0), ?3)",
	    "tti", name, place->mount, (int64_t)place->reported);
}

bool state_set_place_reported(struct state *s, struct error *err)
{
	return database_execute(state_database(s), err, "UPDATE place SET reported = 1", "") && state_commit(s, err);
}

bool state_settle_place(struct state *s, struct error *err)
{
	return database_execute(state_database(s), err, "UPDATE place SET witnessed = 0, reported = 0", "") &&
	    state_commit(s, err);
}
