#include "config.h"

#include "state/trouble.h"

#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "state/database.h"
#include "state/private.h"
#include "state/state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool state_get_trouble(struct state *s, struct state_trouble *t, struct error *err)
{
	struct query *q;
	bool row = false, ok;

	*t = (struct state_trouble){0};
	if (!query_start(&q, state_database(s), err, "SELECT since, at, reported, step, cause, server FROM trouble",
		""))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row) {
		t->since = query_integer(q, 0);
		t->at = query_integer(q, 1);
		t->reported = query_integer(q, 2);
		t->step = step_find(query_text(q, 3));
		if (t->step == STEP_NONE) /* written by a newer version */
			t->step = STEP_RUN;
		/* They were escaped when they were recorded, but another program may have changed them since. */
		escape_text(t->cause, sizeof(t->cause), query_text(q, 4), strlen(query_text(q, 4)));
		escape_text(t->server, sizeof(t->server), query_text(q, 5), strlen(query_text(q, 5)));
	}
	query_end(&q);
	return ok;
}

bool state_set_trouble(struct state *s, const struct state_trouble *t, struct error *err)
{
	return database_execute(state_database(s), err,
		   "INSERT OR REPLACE INTO trouble(id, since, at, reported, step, cause, server) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6)",
		   "iiittt", t->since, t->at, t->reported, step_name(t->step), t->cause, t->server) &&
	    state_commit(s, err);
}

bool state_end_trouble(struct state *s, struct error *err)
{
	return database_execute(state_database(s), err, "DELETE FROM trouble", "") && state_commit(s, err);
}

int64_t state_last_end(const char *directory, const char *account)
{
	char *path = memory_format("%s/%s.lock", directory, account);
	struct stat st;
	int64_t when = stat(path, &st) == 0 ? st.st_mtime : 0;

	free(path);
	return when;
}
