#include "config.h"

#include "state/match.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "state/database.h"
#include "state/foreign.h"
#include "state/private.h"
#include "state/record.h"
#include "state/state.h"

#include <stdlib.h>
#include <string.h>

bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err)
{
	if (!sure && uid_is_of_session(uid))
		return true;
	if (!sure)
		return database_execute(state_database(s), err, "UPDATE message SET deleted = ?2 WHERE uid = ?1", "ti",
		    uid, (int64_t)STATE_PERHAPS_DELETED);
	return database_execute(state_database(s), err, "UPDATE message SET gone = ?2, deleted = ?3 WHERE uid = ?1",
	    "tii", uid, state_gone_at(s, now), (int64_t)STATE_DELETED);
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
	    (!header ||
		(query_blob(q, 0, recorded, DIGEST_SHORT) == DIGEST_SHORT &&
		    memcmp(recorded, header, DIGEST_SHORT) == 0));
	query_end(&q);
	return ok &&
	    (!*same ||
		database_execute(state_database(s), err,
		    "UPDATE message SET gone = NULL, deleted = 0, listed = ?2, doubt = CASE WHEN doubt IN (4, 5) OR"
		    " (doubt IN (1, 3, 6) AND listed = ?2) THEN doubt ELSE 0 END"
		    " WHERE uid = ?1",
		    "ti", uid, (int64_t)octets));
}

bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET uid = " UID_SQL_NEW_WAS " || ':' || uid, gone = coalesce(gone, ?2) WHERE uid = ?1",
	    "ti", uid, state_gone_at(s, now));
}

/* The columns that take_row reads. */
#define TAKEN "SELECT uid, delivered, listed, wire, octets, doubt"

/* Gives the UID to the first message of the query that matches. */
static bool take_row(struct state *s, struct query **q, uint64_t octets, bool must_fit, const char *uid,
    struct state_match *match, struct error *err)
{
	char *old = NULL;
	bool row = true, ok = true, other;

	*match = (struct state_match){0};
	while (!old && (ok = query_next(*q, &row, err)) && row) {
		/* The recorded size by LIST belongs to the message that it was taken for. */
		other = query_integer(*q, 5) == STATE_DOUBT_IDENTITY;
		match->fits =
		    other || state_size_fits(octets, query_integer(*q, 2), query_integer(*q, 3), query_integer(*q, 4));
		match->delivered = query_integer(*q, 1);
		match->doubt = state_is_held((enum state_doubt)query_integer(*q, 5));
		match->foreign = query_integer(*q, 5) == STATE_DOUBT_FOREIGN;
		if (match->fits || !must_fit)
			old = memory_copy_string(query_text(*q, 0));
	}
	match->found = old != NULL;
	query_end(q);
	if (old)
		ok = database_execute(state_database(s), err,
		    "UPDATE OR REPLACE message SET uid = ?2, placed = " STATE_PLACED
		    ", gone = NULL, deleted = 0, listed = CASE doubt WHEN 2 THEN ?3 ELSE listed END,"
		    " doubt = CASE doubt WHEN 2 THEN 0 ELSE doubt END WHERE uid = ?1",
		    "tti", old, uid, (int64_t)octets);
	free(old);
	return ok;
}

/*
 * Looks for a message by its header. Real mail has few messages with the same header, so the limit keeps a server from
 * causing endless work.
 */
static bool take_by_header(struct state *s, const char *select, const unsigned char header[DIGEST_SHORT],
    uint64_t octets, int64_t now, const char *uid, struct state_match *match, struct error *err)
{
	struct query *q;

	return query_start(&q, state_database(s), err, select, "bi", header, (size_t)DIGEST_SHORT,
		   now - STATE_MISSED_FOR) &&
	    take_row(s, &q, octets, true, uid, match, err);
}

/* Each query has its own index: `missing` and `perhaps`. */
bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now,
    const char *uid, struct state_match *match, struct error *err)
{
	static const char missing[] = TAKEN STATE_BY_HEADER(STATE_IS_MISSING);
	static const char perhaps[] = TAKEN STATE_BY_HEADER(STATE_IS_PERHAPS_DELETED);

	return take_by_header(s, missing, header, octets, now, uid, match, err) &&
	    (match->found || take_by_header(s, perhaps, header, octets, now, uid, match, err));
}

bool state_take_identical(struct state *s, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, int64_t now, const char *uid, struct state_match *match,
    struct error *err)
{
	static const char *const selects[] = {
	    TAKEN STATE_BY_DIGEST(STATE_IS_MISSING),
	    TAKEN STATE_BY_DIGEST(STATE_IS_PERHAPS_DELETED),
	};
	bool ok = true;

	*match = (struct state_match){0};
	for (size_t i = 0; ok && !match->found && i < 2; i++) {
		struct query *q;

		ok = query_start(&q, state_database(s), err, selects[i], "bibb", header, (size_t)DIGEST_SHORT,
			 now - STATE_MISSED_FOR, digests->whole, (size_t)DIGEST_SIZE, digests->bare,
			 (size_t)DIGEST_SIZE) &&
		    take_row(s, &q, octets, false, uid, match, err);
	}
	/* The next listing will give this size again. */
	return ok &&
	    (!match->found || match->doubt ||
		database_execute(state_database(s), err, "UPDATE message SET listed = ?2 WHERE uid = ?1", "ti", uid,
		    (int64_t)octets));
}

bool state_add_found(struct state *s, const char *identity, const struct state_record *record, int64_t now,
    struct error *err)
{
	struct database *db = state_database(s);
	struct state_record found = *record;
	char *uid = memory_format(UID_FOUND "%s", identity);
	bool ok;

	found.uid = " new";
	ok = database_execute(db, err,
		 "UPDATE message SET uid = " UID_SQL_NEW_WAS " || ':' || uid WHERE uid = ?1 AND delivered <= ?2", "ti",
		 uid, record->delivered) &&
	    state_add(s, &found, err) && (!found.core || state_add_core(s, &found, err)) &&
	    database_execute(db, err,
		"UPDATE message SET gone = ?2, uid = CASE WHEN EXISTS(SELECT 1 FROM message WHERE uid = ?1)"
		" THEN " UID_SQL_NEW_WAS " ELSE ?1 END WHERE uid = ' new'",
		"ti", uid, state_gone_at(s, now));
	free(uid);
	return ok;
}

bool state_add_found_any(struct state *s, const struct state_record *record, int64_t now, struct error *err)
{
	char identity[sizeof(UID_FOUND_ANY) + 2 * DIGEST_SHORT] = UID_FOUND_ANY;

	digest_hex(identity + sizeof(UID_FOUND_ANY) - 1, record->header, DIGEST_SHORT);
	return state_add_found(s, identity, record, now, err);
}

bool state_misses_others(struct state *s, int64_t now, bool *any, struct error *err)
{
	struct query *q;
	bool ok;

	*any = false;
	if (!query_start(&q, state_database(s), err,
		"SELECT 1 FROM message WHERE uid GLOB '" UID_GLOB_OTHER "' AND gone >= ?1 AND deleted = 0"
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
	    "SELECT EXISTS(SELECT 1 FROM message WHERE " UID_SQL_FROM_FOUND ")", &count, err);

	*any = ok && count != 0;
	return ok;
}

/* Reads the original size of a message whose file was changed after delivery; 0 for any other message. */
static bool read_original(struct state *s, const char *found, uint64_t *octets, struct error *err)
{
	struct query *q;
	bool row = false,
	     ok = query_start(&q, state_database(s), err, "SELECT said FROM message WHERE uid = ?1", "t", found);

	ok = ok && query_next(q, &row, err);
	*octets = ok && row ? (uint64_t)query_integer(q, 0) : 0;
	query_end(&q);
	return ok;
}

bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid,
    struct state_match *match, struct error *err)
{
	struct query *q;
	char *old = memory_format(UID_FOUND "%s", identity);
	uint64_t original;
	bool ok = read_original(s, old, &original, err) &&
	    query_start(&q, state_database(s), err, TAKEN " FROM message WHERE uid = ?1", "t", old) &&
	    take_row(s, &q, octets, false, uid, match, err);

	match->changed = ok && original > 0;
	match->rewritten = match->changed && original == octets;
	free(old);
	return ok;
}

bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match, struct error *err)
{
	struct query *q;

	return query_start(&q, state_database(s), err,
		   TAKEN " FROM message WHERE " UID_SQL_NUMBERED
			 " AND gone IS NOT NULL AND deleted = 0 ORDER BY uid LIMIT 1",
		   "t", uid) &&
	    take_row(s, &q, octets, true, uid, match, err);
}
