#include "config.h"

#include "state/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "state/database.h"
#include "state/private.h"
#include "state/record.h"
#include "state/unfetched.h"

static const int64_t forget_after = 400 * 86400; /* seconds until a missing UID is forgotten */

enum { ROWS_MEMORY = 16 * 1024 * 1024 }; /* maximum bytes that are read ahead */

/* The part of a message's record that a join needs. */
struct row {
	const char *uid;
	int64_t delivered, gone, listed;
	uint32_t uid_offset; /* offset in the uids of struct state_rows */
	bool is_gone;
	unsigned char doubt; /* enum state_doubt */
	unsigned char how;   /* value of the column `deleted` */
};

struct state_rows {
	struct row *rows;
	size_t count, capacity;
	struct buf uids;
	uint64_t listed, octets; /* number and size of the messages not gone */
	bool complete;		 /* there are no more rows */
	int64_t changes;	 /* change count of the database at reading */
};

static const char first_rows[] = "SELECT uid, delivered, gone, deleted, listed, doubt FROM message ORDER BY uid";
static const char further_rows[] =
    "SELECT uid, delivered, gone, deleted, listed, doubt FROM message WHERE uid > ?1 ORDER BY uid";
static const char unfetched_rows[] =
    "SELECT uid, at, found_new, kind, octets, 0 FROM unfetched WHERE uid NOT GLOB '" UID_UNFETCHED "*' ORDER BY uid";

/* Reads a row. Its text is valid until the next row is read. */
static bool read_row(struct query *q, struct row *row, bool *there, struct error *err)
{
	if (!query_next(q, there, err))
		return false;
	if (!*there)
		return true;
	*row = (struct row){
	    .uid = query_text(q, 0),
	    .delivered = query_integer(q, 1),
	    .is_gone = !query_is_null(q, 2),
	    .gone = query_integer(q, 2),
	    .how = (unsigned char)query_integer(q, 3),
	    .listed = query_integer(q, 4),
	    .doubt = (unsigned char)query_integer(q, 5),
	};
	return true;
}

static void keep_row(struct state_rows *r, struct row row)
{
	r->listed += !row.is_gone;
	r->octets += row.is_gone ? 0 : (uint64_t)row.listed;
	row.uid_offset = (uint32_t)r->uids.length;
	buf_append(&r->uids, row.uid, strlen(row.uid) + 1);
	row.uid = NULL;
	if (r->count == r->capacity) {
		r->capacity = r->capacity ? r->capacity * 3 / 2 : 256;
		r->rows = memory_resize(r->rows, r->capacity, sizeof(*r->rows));
	}
	r->rows[r->count++] = row;
}

static const char *last_uid(const struct state_rows *r)
{
	return r->count > 0 ? r->uids.data + r->rows[r->count - 1].uid_offset : "";
}

bool state_read_ahead(struct state *s, size_t most, struct state_rows **rows, struct error *err)
{
	struct state_rows *r = *rows ? *rows : memory_zeroed(1, sizeof(*r));
	struct query *q;
	struct row row;
	bool there = true, ok;

	*rows = r;
	if (r->count == 0)
		r->changes = database_changes(state_database(s));
	if (r->complete || r->changes != database_changes(state_database(s)))
		return true;
	ok = query_start(&q, state_database(s), err, further_rows, "t", last_uid(r));
	while (ok && there && r->listed < most && r->count * sizeof(row) + r->uids.length < ROWS_MEMORY) {
		ok = read_row(q, &row, &there, err);
		if (ok && there)
			keep_row(r, row);
	}
	r->complete = !there;
	query_end(&q);
	return ok;
}

bool state_rows_listed(const struct state_rows *rows, uint64_t *messages, uint64_t *octets)
{
	*messages = rows->listed;
	*octets = rows->octets;
	return rows->complete;
}

void state_rows_free(struct state_rows **rows)
{
	if (!*rows)
		return;
	free((*rows)->rows);
	buf_free(&(*rows)->uids);
	free(*rows);
	*rows = NULL;
}

/* The source of the rows of a walk: rows that were read ahead, followed by those of a query. */
struct source {
	const struct state_rows *ahead;
	size_t next;
	struct query *q;
};

static bool source_open(struct source *from, struct state *s, const struct state_rows *ahead, const char *select,
    struct error *err)
{
	/* Rows that were read before a change may be outdated. */
	if (ahead && ahead->changes != database_changes(state_database(s)))
		ahead = NULL;
	*from = (struct source){.ahead = ahead};
	if (!ahead)
		return query_start(&from->q, state_database(s), err, select, "");
	if (ahead->complete)
		return true;
	return query_start(&from->q, state_database(s), err, further_rows, "t", last_uid(ahead));
}

static bool source_next(struct source *from, struct row *row, bool *there, struct error *err)
{
	*there = from->ahead && from->next < from->ahead->count;
	if (*there) {
		*row = from->ahead->rows[from->next++];
		row->uid = from->ahead->uids.data + row->uid_offset;
		return true;
	}
	return !from->q || read_row(from->q, row, there, err);
}

/* Handles one row. item has the same UID, or is NULL. Rows and items are sorted by UID. */
typedef bool (
    *row_taker)(struct state *s, const struct row *row, struct state_item *item, void *context, struct error *err);

static bool walk(struct state *s, const struct state_rows *ahead, const char *select, struct state_item *items,
    size_t count, row_taker take, void *context, struct error *err)
{
	struct source from;
	struct row row;
	size_t i = 0;
	bool there = true, ok = source_open(&from, s, ahead, select, err);

	while (ok && (ok = source_next(&from, &row, &there, err)) && there) {
		int order = -1;

		while (i < count && (order = strcmp(items[i].uid, row.uid)) < 0)
			i++;
		ok = take(s, &row, i < count && order == 0 ? &items[i] : NULL, context, err);
	}
	query_end(&from.q);
	return ok;
}

/* Servers count line ends as LF or CRLF, and some do not count the last one (transfer/transfer). */
bool state_size_fits(uint64_t octets, int64_t listed, int64_t wire, int64_t stored)
{
	int64_t size = (int64_t)octets;

	return size == listed || size == wire || size == wire - 2 || size == stored || size == stored - 1;
}

/* The time is at least that of the last run. With a slow clock, the UID would be forgotten too early. */
int64_t state_gone_at(const struct state *s, int64_t now)
{
	return now > state_last_run(s) ? now : state_last_run(s);
}

/*
 * Returns whether a message that went may be listed under another UID. If QUIT got no reply, all UIDs may have changed
 * since, so a missing UID does not prove that we deleted the message.
 */
static bool may_come_back(const struct row *row)
{
	return row->how == 0 || row->how == STATE_PERHAPS_DELETED;
}

/* Returns whether a message is listed, as is now known, although it went or we perhaps deleted it. */
static bool is_back(const struct row *row, const struct state_item *item)
{
	return item->known && (row->is_gone || row->how == STATE_PERHAPS_DELETED);
}

/* Notes what state_note_listing would have to do about a row. */
static void count_row(struct state_joined *joined, const struct row *row, const struct state_item *item)
{
	if (!joined)
		return;
	joined->differs |= item ? is_back(row, item) : !row->is_gone;
	joined->missing += !item && row->is_gone && may_come_back(row) && row->gone >= joined->now - STATE_MISSED_FOR;
	if (row->is_gone && (joined->oldest == 0 || row->gone < joined->oldest))
		joined->oldest = row->gone;
}

/* Compares the size of a doubtful message with the recorded sizes. */
static bool compare_sizes(struct state *s, const struct row *row, struct state_item *item, struct error *err)
{
	struct query *q;
	bool there, ok, fits;

	if (!query_start(&q, state_database(s), err, "SELECT listed, wire, octets FROM message WHERE uid = ?1", "t",
		item->uid))
		return false;
	ok = query_next(q, &there, err);
	fits =
	    ok && there && state_size_fits(item->octets, query_integer(q, 0), query_integer(q, 1), query_integer(q, 2));
	query_end(&q);
	item->perhaps = row->how == STATE_PERHAPS_DELETED;
	item->likely = fits && !item->perhaps && row->doubt != STATE_DOUBT_IDENTITY;
	item->stayed = !row->is_gone && !item->perhaps && row->doubt != STATE_DOUBT_IDENTITY;
	return ok;
}

/*
 * Compares an item with its row. If a UID was gone, or we perhaps deleted its message, it may belong to another
 * message now. The same is true if the size differs. A UID that stays listed names the same message, as a size may
 * vary between sessions. A made UID already includes header and size, so a message that we deleted under it is gone
 * for good.
 */
static bool take_known(struct state *s, const struct row *row, struct state_item *item, void *context,
    struct error *err)
{
	bool perhaps = row->how == STATE_PERHAPS_DELETED,
	     deleted = row->how == STATE_DELETED || (perhaps && row->is_gone);
	bool sized = item && item->octets != STATE_UNSIZED;

	if (item) {
		item->likely = item->stayed = item->perhaps = false;
		item->delivered = row->delivered;
		if (!sized)
			item->octets = (uint64_t)row->listed;
		item->known = !uid_is_given(item->uid)
		    ? !deleted
		    : !row->is_gone && !perhaps && row->listed == (int64_t)item->octets;
		item->known = item->known && row->doubt != STATE_DOUBT_IDENTITY;
		item->doubtful = uid_is_given(item->uid) && !item->known;
		item->doubt = state_is_held(row->doubt) && item->known;
		item->foreign = item->known && row->doubt == STATE_DOUBT_FOREIGN;
		item->other_fields = item->known && row->doubt == STATE_DOUBT_FIELDS;
		/*
		 * A message that arrived incomplete and has another size now is fetched again, and one that state_retry
		 * names.
		 */
		item->outdated =
		    state_is_retried(row->doubt) && sized && !row->is_gone && row->listed != (int64_t)item->octets;
		if (item->outdated)
			item->known = item->doubtful = item->doubt = false;
	}
	count_row(context, row, item);
	return !sized || !item->doubtful || deleted || compare_sizes(s, row, item, err);
}

/* In these rows, `gone` is the size when the message was found to be new. */
static bool take_unfetched(struct state *s, const struct row *row, struct state_item *item, void *context,
    struct error *err)
{
	struct state_joined *joined = context;

	(void)s;
	(void)err;
	if (item) {
		item->unfetched = row->how;
		item->unfetched_octets = (uint64_t)row->listed;
		item->found_new = row->is_gone && row->gone == (int64_t)item->octets;
	} else if (joined) {
		joined->forgets = true;
	}
	return true;
}

bool state_join(struct state *s, struct state_item *items, size_t count, struct state_joined *joined, struct error *err)
{
	const struct state_rows *ahead = joined ? joined->ahead : NULL;

	if (joined)
		*joined = (struct state_joined){.now = joined->now, .ahead = ahead};
	return walk(s, ahead, first_rows, items, count, take_known, joined, err) &&
	    walk(s, NULL, unfetched_rows, items, count, take_unfetched, joined, err);
}

struct listing_note {
	int64_t now;
	size_t *missing;
};

static bool take_listed(struct state *s, const struct row *row, struct state_item *item, void *context,
    struct error *err)
{
	struct listing_note *note = context;

	/* A doubtful message stays as it is recorded until state_confirm or state_displace settles it. */
	if (item && is_back(row, item))
		return database_execute(state_database(s), err,
		    "UPDATE message SET gone = NULL, deleted = 0 WHERE uid = ?1", "t", item->uid);
	if (item || row->is_gone) {
		*note->missing += !item && may_come_back(row) && row->gone >= note->now - STATE_MISSED_FOR;
		return true;
	}
	*note->missing += may_come_back(row);
	return database_execute(state_database(s), err, "UPDATE message SET gone = ?2, deleted = ?3 WHERE uid = ?1",
	    "tii", row->uid, state_gone_at(s, note->now), (int64_t)(may_come_back(row) ? row->how : STATE_DELETED));
}

/* Forgets old UIDs. A single run with a fast clock forgets nothing: an earlier run must have seen that time too. */
static bool forget_old(struct state *s, int64_t now, const struct state_joined *joined, struct error *err)
{
	int64_t seen = state_last_run(s), oldest = joined ? joined->oldest : 0;
	int64_t horizon = (now < seen ? now : seen) - forget_after;

	if (!joined && !database_integer(state_database(s), "SELECT min(gone) FROM message", &oldest, err))
		return false;
	return oldest == 0 || oldest >= horizon ||
	    database_execute(state_database(s), err, "DELETE FROM message WHERE gone < ?1", "i", horizon);
}

static bool take_unlisted(struct state *s, const struct row *row, struct state_item *item, void *context,
    struct error *err)
{
	struct buf *uids = context;

	(void)s;
	(void)err;
	if (!item)
		buf_append(uids, row->uid, strlen(row->uid) + 1);
	return true;
}

/* Forgets the notes about messages that are no longer listed. */
static bool forget_unfetched(struct state *s, struct state_item *items, size_t count, int64_t now, struct error *err)
{
	struct buf uids = {0};
	bool ok =
	    database_execute(state_database(s), err,
		"DELETE FROM unfetched WHERE uid GLOB '" UID_UNFETCHED "*' AND at < ?1", "i", now - STATE_MISSED_FOR) &&
	    walk(s, NULL, unfetched_rows, items, count, take_unlisted, &uids, err);

	for (size_t at = 0; ok && at < uids.length; at += strlen(uids.data + at) + 1)
		ok = database_execute(state_database(s), err, "DELETE FROM unfetched WHERE uid = ?1", "t",
		    uids.data + at);
	buf_free(&uids);
	return ok;
}

bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now,
    const struct state_joined *joined, size_t *missing, struct error *err)
{
	struct listing_note note = {now, missing};
	bool same = joined && !joined->differs;

	*missing = count > 0 && same ? joined->missing : 0;
	return count == 0 ||
	    ((same || walk(s, NULL, first_rows, items, count, take_listed, &note, err)) &&
		((joined && !joined->forgets) || forget_unfetched(s, items, count, now, err)) &&
		forget_old(s, now, joined, err));
}
