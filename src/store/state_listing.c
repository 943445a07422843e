#include "config.h"

#include "store/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/database.h"
#include "store/state_database.h"

static const int64_t forget_after = 400 * 86400; /* seconds that a UID is remembered when it is gone */
static const int64_t believed_for = 1 * 86400; /* seconds that a server's capabilities are not asked again */
static const int64_t missed_for = 30 * 86400; /* seconds that a message is looked for under new UIDs */

/* When a UID went, as far as is known: a clock that is behind would have it forgotten too early. */
static int64_t gone_at(const struct state *s, int64_t now)
{
	return now > state_last_run(s) ? now : state_last_run(s);
}

/* Goes through `select`, whose rows start with a UID and are sorted by it, along the sorted items. */
typedef bool (*row_taker)(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err);

static bool walk(struct state *s, const char *select, struct state_item *items, size_t count, row_taker take,
    void *context, struct error *err)
{
	struct query *q;
	size_t i = 0;
	bool row = true, ok = query_start(&q, state_database(s), err, select, "");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		const char *uid = query_text(q, 0);

		while (i < count && strcmp(items[i].uid, uid) < 0)
			i++;
		ok = take(s, q, i < count && strcmp(items[i].uid, uid) == 0 ? &items[i] : NULL, context, err);
	}
	query_end(&q);
	return ok;
}

/* What `deleted` says of a message. */
enum {
	DELETED = 1,	    /* by us */
	PERHAPS_DELETED = 2, /* DELE was taken, but QUIT's answer did not come */
};

/*
 * Whether a size by LIST is that of a record whose columns from `first` on are listed, wire, octets:
 * servers count line ends as LF or CRLF, and not all count the last one (fetch/transfer).
 */
static bool fits(const struct query *q, int first, uint64_t octets)
{
	int64_t size = (int64_t)octets, wire = query_integer(q, first + 1), stored = query_integer(q, first + 2);

	return size == query_integer(q, first) || size == wire || size == wire - 2 || size == stored || size == stored - 1;
}

/* Notes what state_note_listing would have to do about a row; when: since when it is gone. */
static void look_at(struct state_look *look, const struct state_item *item, bool gone, int64_t when, int64_t deleted)
{
	if (!look)
		return;
	look->differs |= item ? deleted == PERHAPS_DELETED || (gone && item->known) : !gone;
	look->missing += !item && gone && deleted == 0 && when >= look->now - missed_for;
	if (gone && (look->oldest == 0 || when < look->oldest))
		look->oldest = when;
}

/*
 * A UID that was gone may be another message's now, and so may one whose size is not what it was. A
 * made UID tells header and size by itself; what we have deleted under it is gone for good.
 */
static bool take_known(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err)
{
	int64_t how = query_integer(q, 3);
	bool gone = !query_is_null(q, 2), deleted = how == DELETED;

	(void)s;
	(void)err;
	if (!item) {
		look_at(context, NULL, gone, query_integer(q, 2), how);
		return true;
	}
	item->delivered = query_integer(q, 1);
	item->known = item->uid[0] == ' ' ? !deleted : !gone && query_integer(q, 4) == (int64_t)item->octets;
	item->doubtful = item->uid[0] != ' ' && !item->known;
	item->likely = !deleted && fits(q, 4, item->octets);
	look_at(context, item, gone, query_integer(q, 2), how);
	return true;
}

static bool take_told(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err)
{
	(void)s;
	(void)q;
	(void)context;
	(void)err;
	if (item)
		item->told = true;
	return true;
}

bool state_join(struct state *s, struct state_item *items, size_t count, struct state_look *look, struct error *err)
{
	if (look)
		*look = (struct state_look){.now = look->now};
	return walk(s, "SELECT uid, delivered, gone, deleted, listed, wire, octets FROM message ORDER BY uid", items, count, take_known,
		   look, err) &&
	    walk(s, "SELECT uid FROM told ORDER BY uid", items, count, take_told, NULL, err);
}

bool state_each_uid(struct state *s, void (*take)(void *context, const char *uid), void *context, struct error *err)
{
	struct query *q;
	bool row = true, ok = query_start(&q, state_database(s), err, "SELECT uid FROM message", "");

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

bool state_get_capabilities(struct state *s, const struct state_maildrop *m, int64_t now, char **text,
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
		"SELECT capabilities FROM maildrop WHERE id = ?1 AND asked > ?2 AND asked <= ?3", "iii", latest,
		now - believed_for, now))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row && !query_is_null(q, 0))
		*text = memory_copy_string(query_text(q, 0));
	query_end(&q);
	return ok;
}

bool state_set_capabilities(struct state *s, const char *text, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err, "UPDATE maildrop SET capabilities = NULL", "") &&
	    (!text ||
		database_execute(state_database(s), err,
		    "UPDATE maildrop SET capabilities = ?1, asked = ?2 WHERE id = (SELECT max(id) FROM maildrop)", "ti", text,
		    now));
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
	    database_execute(db, err, "UPDATE message SET gone = ?1, deleted = 0 WHERE gone IS NULL", "i", gone_at(s, now)) &&
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

struct listing_note {
	int64_t now;
	size_t *missing;
};

static bool take_listed(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err)
{
	struct listing_note *note = context;
	bool gone = !query_is_null(q, 1);
	int64_t deleted = query_integer(q, 2);

	if (item && (deleted == PERHAPS_DELETED || (gone && item->known)))
		return database_execute(state_database(s), err,
		    "UPDATE message SET gone = NULL, deleted = 0 WHERE uid = ?1", "t", item->uid);
	if (item || gone) {
		*note->missing += !item && deleted == 0 && query_integer(q, 1) >= note->now - missed_for;
		return true;
	}
	*note->missing += deleted == 0;
	return database_execute(state_database(s), err, "UPDATE message SET gone = ?2, deleted = ?3 WHERE uid = ?1", "tii",
	    query_text(q, 0), gone_at(s, note->now), (int64_t)(deleted == 0 ? 0 : DELETED));
}

/* One run with a clock far ahead forgets nothing: an earlier one must have seen that time as well. */
static bool forget_old(struct state *s, int64_t now, const struct state_look *look, struct error *err)
{
	int64_t seen = state_last_run(s), oldest = look ? look->oldest : 0;
	int64_t horizon = (now < seen ? now : seen) - forget_after;

	if (!look && !database_integer(state_database(s), "SELECT min(gone) FROM message", &oldest, err))
		return false;
	return oldest == 0 || oldest >= horizon ||
	    database_execute(state_database(s), err, "DELETE FROM message WHERE gone < ?1", "i", horizon);
}

bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now,
    const struct state_look *look, size_t *missing, struct error *err)
{
	struct listing_note note = {now, missing};
	bool same = look && !look->differs;

	*missing = count > 0 && same ? look->missing : 0;
	return count == 0 ||
	    ((same || walk(s, "SELECT uid, gone, deleted FROM message ORDER BY uid", items, count, take_listed, &note, err)) &&
		forget_old(s, now, look, err));
}

bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err)
{
	if (!sure)
		return database_execute(state_database(s), err, "UPDATE message SET deleted = ?2 WHERE uid = ?1", "ti", uid,
		    (int64_t)PERHAPS_DELETED);
	return database_execute(state_database(s), err, "UPDATE message SET gone = ?2, deleted = ?3 WHERE uid = ?1", "tii", uid,
	    gone_at(s, now), (int64_t)DELETED);
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
		    "UPDATE message SET gone = NULL, deleted = 0, listed = ?2 WHERE uid = ?1", "ti", uid, (int64_t)octets));
}

bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET uid = ' was:' || hex(randomblob(8)) || ':' || uid, gone = coalesce(gone, ?2) WHERE uid = ?1", "ti", uid,
	    gone_at(s, now));
}

/*
 * Gives the first message of the query that will do this UID; its columns are uid, delivered, listed,
 * wire, octets.
 */
static bool take_row(struct state *s, struct query **q, uint64_t octets, bool must_fit, const char *uid,
    struct state_match *match, struct error *err)
{
	char *old = NULL;
	bool row = true, ok = true;

	*match = (struct state_match){0};
	while (!old && (ok = query_next(*q, &row, err)) && row) {
		match->fits = fits(*q, 2, octets);
		match->delivered = query_integer(*q, 1);
		if (match->fits || !must_fit)
			old = memory_copy_string(query_text(*q, 0));
	}
	match->found = old != NULL;
	query_end(q);
	if (old)
		ok = database_execute(state_database(s), err,
		    "UPDATE OR REPLACE message SET uid = ?2, gone = NULL, deleted = 0 WHERE uid = ?1", "tt", old, uid);
	free(old);
	return ok;
}

bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now,
    const char *uid, struct state_match *match, struct error *err)
{
	struct query *q;

	/* More than a few with the same header are nothing that mail has: no server can keep us busy with them. */
	return query_start(&q, state_database(s), err,
		   "SELECT uid, delivered, listed, wire, octets FROM message WHERE header = ?1 AND gone >= ?2"
		   " AND gone IS NOT NULL AND deleted = 0 LIMIT 100",
		   "bi", header, (size_t)DIGEST_SHORT, now - missed_for) &&
	    take_row(s, &q, octets, true, uid, match, err);
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
		"ti", uid, gone_at(s, now));
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
		"i", now - missed_for))
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

bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid, struct state_match *match,
    struct error *err)
{
	struct query *q;
	char *old = memory_format(STATE_FOUND "%s", identity);
	bool ok = query_start(&q, state_database(s), err,
		      "SELECT uid, delivered, listed, wire, octets FROM message WHERE uid = ?1", "t", old) &&
	    take_row(s, &q, octets, false, uid, match, err);

	free(old);
	return ok;
}

bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match, struct error *err)
{
	struct query *q;

	return query_start(&q, state_database(s), err,
		   "SELECT uid, delivered, listed, wire, octets FROM message WHERE uid > ?1 || '#' AND uid < ?1 || '$'"
		   " AND gone IS NOT NULL AND deleted = 0 ORDER BY uid LIMIT 1",
		   "t", uid) &&
	    take_row(s, &q, octets, true, uid, match, err);
}
