#include "config.h"

#include "state/login.h"

#include <stdint.h>

#include "base/memory.h"
#include "state/database.h"
#include "state/maildrop.h"
#include "state/private.h"

bool state_get_login(struct state *s, const struct state_maildrop *m, char **word, struct error *err)
{
	struct query *q;
	bool row, ok;

	*word = NULL;
	if (!query_start(&q, state_database(s), err,
		"SELECT mechanism FROM login WHERE server = lower(?1) AND port = ?2 AND user = ?3", "tit", m->server,
		(int64_t)m->port, m->user))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row)
		*word = memory_copy_string(query_text(q, 0));
	query_end(&q);
	return ok;
}

bool state_set_login(struct state *s, const struct state_maildrop *m, const char *word, struct error *err)
{
	return database_execute(state_database(s), err,
		   "DELETE FROM login WHERE server = lower(?1) AND port = ?2 AND user = ?3", "tit", m->server,
		   (int64_t)m->port, m->user) &&
	    (!word ||
		database_execute(state_database(s), err,
		    "INSERT INTO login(server, port, user, mechanism) VALUES(lower(?1), ?2, ?3, ?4)", "titt", m->server,
		    (int64_t)m->port, m->user, word));
}
