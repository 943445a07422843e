#include "config.h"

#include "state/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "state/database.h"
#include "state/state_database.h"

/* The columns that take_row reads. */
#define TAKEN "SELECT uid, delivered, listed, wire, octets, doubt"

static const int64_t believed_for = 1 * 86400; /* seconds that a server's capabilities are not asked again */
bool state_each_uid(struct state *s, void (*take)(void *context, const char *uid), void *context, struct error *err)
{
	struct query *q;
	bool row = true, ok = query_start(&q, state_database(s), err, "SELECT uid FROM message WHERE doubt <> 1", "");

	while (ok && (ok = query_next(q, &row, err)) && row)
		take(context, query_text(q, 0));
	query_end(&q);
	return ok;
}

/* *latest and *same are ids: of the last maildrop that was entered, and the last that is this one; 0 for none. */
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

/* What was announced between two points in time. */
static bool read_capabilities(struct state *s, const struct state_maildrop *m, int64_t after, int64_t until, char **text,
    struct error *err)
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
		"SELECT capabilities FROM maildrop WHERE id = ?1 AND asked > ?2 AND asked <= ?3", "iii", latest, after, until))
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
		    "UPDATE maildrop SET capabilities = ?1, asked = ?2 WHERE id = (SELECT max(id) FROM maildrop)", "ti", text,
		    now));
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

/* No server can give a UID that begins with a blank, so " N:UID" is free for those of maildrop N. */
static bool change_maildrop(struct state *s, int64_t from, int64_t to, int64_t now, struct error *err)
{
	struct database *db = state_database(s);
	char *prefix = memory_format(" %lld:", (long long)to);
	bool ok = database_execute(db, err,
		      "UPDATE message SET uid = ' ' || ?1 || ':' || uid WHERE uid NOT GLOB ' [0-9f]*'", "i", from) &&
	    (to == 0 ||
		database_execute(db, err,
		    "UPDATE OR REPLACE message SET uid = substr(uid, length(?1) + 1) WHERE substr(uid, 1, length(?1)) = ?1",
		    "t", prefix)) &&
	    database_execute(db, err, "UPDATE message SET gone = ?1, deleted = 0 WHERE gone IS NULL", "i", state_gone_at(s, now)) &&
	    database_execute(db, err, "DELETE FROM told", "");

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
	return database_execute(state_database(s), err, "INSERT INTO maildrop(server, port, user) VALUES(?1, ?2, ?3)", "tit",
		   m->server, (int64_t)m->port, m->user) &&
	    (latest == 0 || change_maildrop(s, latest, same, now, err));
}

bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err)
{
	if (!sure && strncmp(uid, STATE_ONCE, sizeof(STATE_ONCE) - 1) == 0)
		return true;
	if (!sure)
		return database_execute(state_database(s), err, "UPDATE message SET deleted = ?2 WHERE uid = ?1", "ti", uid,
		    (int64_t)STATE_PERHAPS_DELETED);
	return database_execute(state_database(s), err, "UPDATE message SET gone = ?2, deleted = ?3 WHERE uid = ?1", "tii", uid,
	    state_gone_at(s, now), (int64_t)STATE_DELETED);
}

bool state_confirm(struct state *s, const char *uid, uint64_t octets, const unsigned char *header, bool *same,
    struct error *err)
{
	struct query *q;
	unsigned char recorded[DIGEST_SHORT] = {0};
	bool row, ok;

	if (!query_start(&q, state_database(s), err, "SELECT header FROM message WHERE uid = ?1", "t", uid))
		return false;
	ok = query_next(q, &row, err);
	*same = ok && row &&
	    (!header || (query_blob(q, 0, recorded, DIGEST_SHORT) == DIGEST_SHORT && memcmp(recorded, header, DIGEST_SHORT) == 0));
	query_end(&q);
	return ok &&
	    (!*same ||
		database_execute(state_database(s), err,
		    "UPDATE message SET gone = NULL, deleted = 0, doubt = CASE WHEN doubt IN (1, 3) AND listed = ?2 THEN doubt ELSE 0 END, listed = ?2"
		    " WHERE uid = ?1",
		    "ti", uid, (int64_t)octets));
}

bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET uid = ' was:' || hex(randomblob(8)) || ':' || uid, gone = coalesce(gone, ?2) WHERE uid = ?1", "ti", uid,
	    state_gone_at(s, now));
}

/*
 * Gives the first message of the query that will do this UID; its columns are uid, delivered, listed,
 * wire, octets, doubt.
 */
static bool take_row(struct state *s, struct query **q, uint64_t octets, bool must_fit, const char *uid,
    struct state_match *match, struct error *err)
{
	char *old = NULL;
	bool row = true, ok = true, other;

	*match = (struct state_match){0};
	while (!old && (ok = query_next(*q, &row, err)) && row) {
		/* What LIST said is of the message that it was taken for. */
		other = query_integer(*q, 5) == STATE_DOUBT_IDENTITY;
		match->fits = other || state_size_fits(octets, query_integer(*q, 2), query_integer(*q, 3), query_integer(*q, 4));
		match->delivered = query_integer(*q, 1);
		match->doubt = state_doubts_size((enum state_doubt)query_integer(*q, 5));
		if (match->fits || !must_fit)
			old = memory_copy_string(query_text(*q, 0));
	}
	match->found = old != NULL;
	query_end(q);
	if (old)
		ok = database_execute(state_database(s), err,
		    "UPDATE OR REPLACE message SET uid = ?2, gone = NULL, deleted = 0, listed = CASE doubt WHEN 2 THEN ?3 ELSE listed END,"
		    " doubt = CASE doubt WHEN 2 THEN 0 ELSE doubt END WHERE uid = ?1",
		    "tti", old, uid, (int64_t)octets);
	free(old);
	return ok;
}

/* More than a few with the same header are nothing that mail has: no server can keep us busy with
 * them. */
static bool take_by_header(struct state *s, const char *select,
    const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now, const char *uid,
    struct state_match *match, struct error *err)
{
	struct query *q;

	return query_start(&q, state_database(s), err, select, "bi", header, (size_t)DIGEST_SHORT,
		   now - STATE_MISSED_FOR) &&
	       take_row(s, &q, octets, true, uid, match, err);
}

/* There is an index for each of both: `missing` and `perhaps`. */
bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT],
    uint64_t octets, int64_t now, const char *uid, struct state_match *match, struct error *err)
{
	static const char missing[] = TAKEN STATE_BY_HEADER(STATE_IS_MISSING);
	static const char perhaps[] = TAKEN STATE_BY_HEADER(STATE_IS_PERHAPS_DELETED);

	return take_by_header(s, missing, header, octets, now, uid, match, err) &&
	       (match->found || take_by_header(s, perhaps, header, octets, now, uid, match, err));
}

bool state_take_identical(struct state *s, const unsigned char header[DIGEST_SHORT],
    const unsigned char sha256[DIGEST_SIZE], uint64_t octets, int64_t now, const char *uid,
    struct state_match *match, struct error *err)
{
	static const char *const selects[] = {
	    TAKEN STATE_BY_DIGEST(STATE_IS_MISSING),
	    TAKEN STATE_BY_DIGEST(STATE_IS_PERHAPS_DELETED),
	};
	bool ok = true;

	*match = (struct state_match){0};
	for (size_t i = 0; ok && !match->found && i < 2; i++) {
		struct query *q;

		ok = query_start(&q, state_database(s), err, selects[i], "bib", header, (size_t)DIGEST_SHORT,
			 now - STATE_MISSED_FOR, sha256, (size_t)DIGEST_SIZE) &&
		     take_row(s, &q, octets, false, uid, match, err);
	}
	/* The next listing gives this size again. */
	return ok && (!match->found || match->doubt ||
			 database_execute(state_database(s), err,
			     "UPDATE message SET listed = ?2 WHERE uid = ?1", "ti", uid, (int64_t)octets));
}

bool state_add_found(struct state *s, const char *identity, const struct state_record *record, int64_t now,
    struct error *err)
{
	struct database *db = state_database(s);
	struct state_record found = *record;
	char *uid = memory_format(STATE_FOUND "%s", identity);
	bool ok;

	found.uid = " new";
	ok = database_execute(db, err,
		 "UPDATE message SET uid = ' was:' || hex(randomblob(8)) || ':' || uid WHERE uid = ?1 AND delivered <= ?2", "ti",
		 uid, record->delivered) &&
	    state_add(s, &found, err) &&
	    database_execute(db, err,
		"UPDATE message SET gone = ?2, uid = CASE WHEN EXISTS(SELECT 1 FROM message WHERE uid = ?1)"
		" THEN ' was:' || hex(randomblob(8)) ELSE ?1 END WHERE uid = ' new'",
		"ti", uid, state_gone_at(s, now));
	free(uid);
	return ok;
}

bool state_misses_others(struct state *s, int64_t now, bool *any, struct error *err)
{
	struct query *q;
	bool ok;

	*any = false;
	if (!query_start(&q, state_database(s), err,
		"SELECT 1 FROM message WHERE uid GLOB ' [0-9]*' AND gone >= ?1 AND deleted = 0"
		" AND NOT EXISTS(SELECT 1 FROM maildrop b, (SELECT * FROM maildrop ORDER BY id DESC LIMIT 1) a WHERE b.id < a.id"
		" AND lower(b.server) = lower(a.server) AND b.port = a.port AND b.user = a.user) LIMIT 1",
		"i", now - STATE_MISSED_FOR))
		return false;
	ok = query_next(q, any, err);
	query_end(&q);
	return ok;
}

bool state_has_found(struct state *s, bool *any, struct error *err)
{
	int64_t count;
	bool ok = database_integer(state_database(s),
	    "SELECT EXISTS(SELECT 1 FROM message WHERE uid >= '" STATE_FOUND "' AND uid < ' found;')", &count, err);

	*any = ok && count != 0;
	return ok;
}

static bool is_rewritten(struct state *s, const char *found, uint64_t octets, bool *is, struct error *err)
{
	struct query *q;
	bool ok = query_start(&q, state_database(s), err, "SELECT 1 FROM message WHERE uid = ?1 AND said = ?2", "ti", found,
	    (int64_t)octets);

	*is = false;
	ok = ok && query_next(q, is, err);
	query_end(&q);
	return ok;
}

bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid, struct state_match *match,
    struct error *err)
{
	struct query *q;
	char *old = memory_format(STATE_FOUND "%s", identity);
	bool rewritten, ok = is_rewritten(s, old, octets, &rewritten, err) &&
	    query_start(&q, state_database(s), err,
		      TAKEN " FROM message WHERE uid = ?1", "t", old) &&
	    take_row(s, &q, octets, false, uid, match, err);

	match->rewritten = ok && octets > 0 && rewritten;
	free(old);
	return ok;
}

bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match, struct error *err)
{
	struct query *q;

	return query_start(&q, state_database(s), err,
		   TAKEN " FROM message WHERE uid > ?1 || '#' AND uid < ?1 || '$'"
		   " AND gone IS NOT NULL AND deleted = 0 ORDER BY uid LIMIT 1",
		   "t", uid) &&
	    take_row(s, &q, octets, true, uid, match, err);
}
