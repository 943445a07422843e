#include "config.h"

#include "state/unfetched.h"

#include "state/database.h"
#include "state/private.h"

bool state_note_unfetched(struct state *s, const char *uid, enum state_unfetched kind, uint64_t octets, int64_t now,
    struct error *err)
{
	return database_execute(state_database(s), err,
	    "INSERT INTO unfetched(uid, at, kind, octets) VALUES(?1, ?2, ?3, ?4)"
	    " ON CONFLICT(uid) DO UPDATE SET at = ?2, kind = ?3, octets = ?4",
	    "tiii", uid, now, (int64_t)kind, (int64_t)octets);
}

bool state_note_new(struct state *s, const char *uid, uint64_t octets, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err,
	    "INSERT INTO unfetched(uid, at, kind, found_new) VALUES(?1, ?2, 0, ?3)"
	    " ON CONFLICT(uid) DO UPDATE SET found_new = ?3",
	    "tii", uid, now, (int64_t)octets);
}

bool state_forget_unfetched(struct state *s, const char *key, struct error *err)
{
	return database_execute(state_database(s), err, "DELETE FROM unfetched WHERE uid = ?1", "t", key);
}

bool state_forget_breaks(struct state *s, uint64_t count, struct error *err)
{
	return database_execute(state_database(s), err,
		   "DELETE FROM unfetched WHERE kind = ?1 AND octets = ?2 AND found_new IS NULL", "ii",
		   (int64_t)STATE_UNFETCHED_BROKE, (int64_t)count) &&
	    database_execute(state_database(s), err, "UPDATE unfetched SET kind = 0 WHERE kind = ?1 AND octets = ?2",
		"ii", (int64_t)STATE_UNFETCHED_BROKE, (int64_t)count);
}

bool state_get_unfetched(struct state *s, const char *key, unsigned char *kind, uint64_t *octets, struct error *err)
{
	struct query *q;
	bool row = false,
	     ok =
		 query_start(&q, state_database(s), err, "SELECT kind, octets FROM unfetched WHERE uid = ?1", "t", key);

	ok = ok && query_next(q, &row, err);
	*kind = ok && row ? (unsigned char)query_integer(q, 0) : 0;
	*octets = ok && row ? (uint64_t)query_integer(q, 1) : 0;
	query_end(&q);
	return ok;
}
