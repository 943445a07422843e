#include "config.h"

#include "state/refusal.h"

#include "base/error.h"
#include "base/memory.h"
#include "state/database.h"
#include "state/private.h"

#include <string.h>

bool state_get_refusal(struct state *s, struct state_refusal *r, bool *found, struct error *err)
{
	struct query *q;
	bool ok;

	*r = (struct state_refusal){0};
	*found = false;
	if (!query_start(&q, state_database(s), err, "SELECT at, login, mark, words FROM refusal LIMIT 1", ""))
		return false;
	ok = query_next(q, found, err);
	if (ok && *found) {
		r->at = query_integer(q, 0);
		r->login = memory_copy_string(query_text(q, 1));
		(void)query_blob(q, 2, r->mark, sizeof(r->mark));
		r->words = memory_copy_string(query_text(q, 3));
	}
	query_end(&q);
	return ok;
}

bool state_set_refusal(struct state *s, const struct state_refusal *r, struct error *err)
{
	return database_execute(state_database(s), err, "DELETE FROM refusal", "") &&
	    (!r ||
		database_execute(state_database(s), err,
		    "INSERT INTO refusal(at, login, mark, words) VALUES(?1, ?2, ?3, ?4)", "itbt", r->at, r->login,
		    r->mark, sizeof(r->mark), r->words));
}
