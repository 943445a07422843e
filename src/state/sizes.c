#include "config.h"

#include "state/sizes.h"

#include "base/uid.h"
#include "state/database.h"
#include "state/private.h"
#include "state/record.h"

static void read_sizes(const struct query *q, struct state_record *r)
{
	*r = (struct state_record){
	    .octets = (uint64_t)query_integer(q, 0),
	    .wire = (uint64_t)query_integer(q, 1),
	    .listed = (uint64_t)query_integer(q, 2),
	    .said = (uint64_t)query_integer(q, 3),
	    .dots = (uint64_t)query_integer(q, 4),
	    .doubt = (enum state_doubt)query_integer(q, 5),
	};
}

bool state_each_size(struct state *s, size_t most, void (*take)(void *context, const struct state_record *record),
    void *context, struct error *err)
{
	struct state_record r;
	struct query *q;
	/*
	 * Keys with a blank and a digit are from other maildrops. Messages found in the destination were never listed,
	 * and the sizes of those that state_retry names are unknown.
	 */
	bool
	    row = true,
	    ok = query_start(&q, state_database(s), err,
		"SELECT octets, wire, listed, said, dots, doubt FROM message WHERE listed >= 0 AND uid NOT GLOB '" UID_GLOB_NOT_LISTED
		"'"
		" ORDER BY delivered DESC LIMIT ?1",
		"i", (int64_t)most);

	while (ok && (ok = query_next(q, &row, err)) && row) {
		read_sizes(q, &r);
		take(context, &r);
	}
	query_end(&q);
	return ok;
}

bool state_get_doubt(struct state *s, const char *uid, struct state_record *record, bool *found, struct error *err)
{
	struct query *q;
	bool ok = query_start(&q, state_database(s), err,
	    "SELECT octets, wire, listed, said, dots, doubt, sha256, coalesce(bare, sha256) FROM message WHERE uid = ?1"
	    " AND doubt IN (?2, ?3, ?4)",
	    "tiii", uid, (int64_t)STATE_DOUBT_SIZE, (int64_t)STATE_DOUBT_CONTENT, (int64_t)STATE_DOUBT_FOUND);

	*found = false;
	ok = ok && query_next(q, found, err);
	if (ok && *found) {
		read_sizes(q, record);
		(void)query_blob(q, 6, record->sha256, DIGEST_SIZE);
		(void)query_blob(q, 7, record->bare, DIGEST_SIZE);
	}
	query_end(&q);
	return ok;
}

bool state_set_sizes(struct state *s, const char *uid, uint64_t listed, uint64_t said, enum state_doubt doubt,
    struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET listed = ?2, said = ?3, doubt = ?4, gone = NULL, deleted = 0 WHERE uid = ?1", "tiii",
	    uid, (int64_t)listed, (int64_t)said, (int64_t)doubt);
}

bool state_set_retried(struct state *s, const struct state_record *r, struct error *err)
{
	return state_set_sizes(s, r->uid, r->listed, r->said, r->doubt, err) &&
	    database_execute(state_database(s), err, "UPDATE message SET wire = ?2, dots = ?3 WHERE uid = ?1", "tii",
		r->uid, (int64_t)r->wire, (int64_t)r->dots);
}

bool state_retry(struct state *s, const char *key, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET listed = -1, doubt = CASE WHEN doubt IN (1, 3) THEN doubt ELSE ?2 END WHERE uid = ?1",
	    "ti", key, (int64_t)STATE_DOUBT_FOUND);
}

#define IS_RETRIED "listed = -1 AND doubt IN (1, 3)"

bool state_count_retries(struct state *s, int64_t *count, struct error *err)
{
	return database_integer(state_database(s), "SELECT count(*) FROM message WHERE " IS_RETRIED, count, err);
}

bool state_forget_retries(struct state *s, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET listed = wire WHERE " IS_RETRIED " AND gone IS NOT NULL", "");
}

bool state_set_doubt(struct state *s, const char *uid, enum state_doubt doubt, struct error *err)
{
	return database_execute(state_database(s), err, "UPDATE message SET doubt = ?2 WHERE uid = ?1", "ti", uid,
	    (int64_t)doubt);
}
