#include "config.h"

#include "state/maildrop.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/uid.h"
#include "state/database.h"
#include "state/private.h"
#include "state/state.h"

static const int64_t believed_for = 1 * 86400; /* seconds until a server's capabilities are asked for again */

/* Gets two ids: *latest of the current maildrop, and *same of the last one that equals m. 0: there is none. */
static bool read_maildrops(struct state *s, const struct state_maildrop *m, int64_t *latest, int64_t *same,
    struct error *err)
{
	struct query *q;
	bool row, ok;

	if (!query_start(&q, state_database(s), err,
		"SELECT max(id), (SELECT max(id) FROM maildrop WHERE lower(server) = lower(?1) AND port = ?2 AND user = ?3)"
		" FROM maildrop",
		"tit", m->server, (int64_t)m->port, m->user))
		return false;
	ok = query_next(q, &row, err);
	*latest = ok && row ? query_integer(q, 0) : 0;
	*same = ok && row ? query_integer(q, 1) : 0;
	query_end(&q);
	return ok;
}

bool state_maildrop_name(struct state *s, char **name, struct error *err)
{
	struct query *q;
	bool row, ok;

	*name = NULL;
	if (!query_start(&q, state_database(s), err,
		"SELECT user || '@' || lower(server) || ':' || port FROM maildrop ORDER BY id DESC LIMIT 1", ""))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row)
		*name = memory_copy_string(query_text(q, 0));
	query_end(&q);
	return ok;
}

/* Gets the capabilities announced between two points in time. */
static bool read_capabilities(struct state *s, const struct state_maildrop *m, int64_t after, int64_t until,
    char **text, struct error *err)
{
	int64_t latest, same;
	struct query *q;
	bool row, ok;

	*text = NULL;
	if (!read_maildrops(s, m, &latest, &same, err))
		return false;
	if (latest == 0 || same != latest)
		return true;
	if (!query_start(&q, state_database(s), err,
		"SELECT capabilities FROM maildrop WHERE id = ?1 AND asked > ?2 AND asked <= ?3", "iii", latest, after,
		until))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row && !query_is_null(q, 0))
		*text = memory_copy_string(query_text(q, 0));
	query_end(&q);
	return ok;
}

bool state_get_capabilities(struct state *s, const struct state_maildrop *m, int64_t now, char **text,
    struct error *err)
{
	return read_capabilities(s, m, now - believed_for, now, text, err);
}

bool state_last_capabilities(struct state *s, const struct state_maildrop *m, char **text, struct error *err)
{
	return read_capabilities(s, m, INT64_MIN, INT64_MAX, text, err);
}

bool state_note_capabilities(struct state *s, const struct state_maildrop *m, const char *text, int64_t now,
    struct error *err)
{
	int64_t latest, same;

	if (!read_maildrops(s, m, &latest, &same, err))
		return false;
	return latest == 0 || same != latest || (state_set_capabilities(s, text, now, err) && state_commit(s, err));
}

bool state_set_capabilities(struct state *s, const char *text, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err, "UPDATE maildrop SET capabilities = NULL", "") &&
	    (!text ||
		database_execute(state_database(s), err,
		    "UPDATE maildrop SET capabilities = ?1, asked = ?2 WHERE id = (SELECT max(id) FROM maildrop)", "ti",
		    text, now));
}

bool state_get_unpipelined(struct state *s, const struct state_maildrop *m, int64_t *until, struct error *err)
{
	int64_t latest, same;

	*until = 0;
	if (!read_maildrops(s, m, &latest, &same, err))
		return false;
	return latest == 0 || same != latest ||
	    database_integer(state_database(s),
		"SELECT unpipelined FROM maildrop WHERE id = (SELECT max(id) FROM maildrop)", until, err);
}

bool state_set_unpipelined(struct state *s, int64_t until, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE maildrop SET unpipelined = ?1 WHERE id = (SELECT max(id) FROM maildrop)", "i", until);
}

/* Changes the keys to another maildrop. No UID of a server begins with a blank, so " N:UID" is free for maildrop N. */
static bool change_maildrop(struct state *s, int64_t from, int64_t to, int64_t now, struct error *err)
{
	struct database *db = state_database(s);
	char *prefix = memory_format(" %lld:", (long long)to);
	bool ok =
	    database_execute(db, err,
		"UPDATE message SET uid = ' ' || ?1 || ':' || uid WHERE uid NOT GLOB '" UID_GLOB_OTHER_OR_FOUND "'",
		"i", from) &&
	    (to == 0 ||
		database_execute(db, err,
		    "UPDATE OR REPLACE message SET uid = substr(uid, length(?1) + 1) WHERE substr(uid, 1, length(?1)) = ?1",
		    "t", prefix)) &&
	    database_execute(db, err, "UPDATE message SET gone = ?1, deleted = 0 WHERE gone IS NULL", "i",
		state_gone_at(s, now)) &&
	    database_execute(db, err, "DELETE FROM unfetched", "");

	free(prefix);
	return ok;
}

bool state_enter_maildrop(struct state *s, const struct state_maildrop *m, int64_t now, enum state_origin *origin,
    struct error *err)
{
	int64_t latest, same;

	if (!read_maildrops(s, m, &latest, &same, err))
		return false;
	if (latest > 0 && same == latest) {
		*origin = STATE_MAILDROP_SAME;
		return true;
	}
	*origin = latest == 0 ? STATE_MAILDROP_FIRST : same > 0 ? STATE_MAILDROP_BACK : STATE_MAILDROP_OTHER;
	return database_execute(state_database(s), err, "INSERT INTO maildrop(server, port, user) VALUES(?1, ?2, ?3)",
		   "tit", m->server, (int64_t)m->port, m->user) &&
	    (latest == 0 || change_maildrop(s, latest, same, now, err));
}
