#include "config.h"

#include "store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/database.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/mbox_intent.h"
#include "store/state_schema.h"

static const int64_t forget_after = 400 * 86400; /* seconds that a UID is remembered when it is gone */
static const int64_t missed_for = 30 * 86400; /* seconds that a message is looked for under new UIDs */
static const int64_t runs_kept = 100;

struct state {
	struct database *db;
	char *path;
	int lock_fd;
	bool needs_recovery;
	int64_t last_seen;
};

static bool read_runs(struct state *s, struct error *err)
{
	int64_t runs = 0, open_runs = 0;

	if (!database_integer(s->db, "SELECT count(*) FROM run", &runs, err) ||
	    !database_integer(s->db, "SELECT count(*) FROM run WHERE finished IS NULL", &open_runs, err) ||
	    !database_integer(s->db, "SELECT max(finished) FROM run", &s->last_seen, err))
		return false;
	s->needs_recovery = runs == 0 || open_runs > 0;
	return true;
}

/* One run an account: the lock file stays, its lock goes with the process. */
static bool take_lock(struct state *s, const char *folder, const char *account, struct error *err)
{
	char *path = memory_format("%s/%s.lock", folder, account);
	bool ok;

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0) {
		error_errno(err, ERROR_STORAGE, errno, "%s cannot be made", path);
		ok = error_mend(err, "check the permissions of that folder, or set another state_dir");
	} else {
		ok = lock_file(s->lock_fd, path, deadline_in(0), err);
		if (!ok && err->kind == ERROR_LOCKED) {
			error_set(err, ERROR_LOCKED, "another run of mailhaul is fetching this account");
			error_mend(err, "the next run goes on");
		}
	}
	free(path);
	return ok;
}

/* Left to SQLite, it and its journals would be as public as the umask lets them. */
static bool make_file(const struct state *s, const char *folder, struct error *err)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_errno(err, ERROR_STORAGE, errno, "the state %s cannot be made", s->path);
	close(fd);
	return folder_sync(folder, err);
}

bool state_open(struct state **out, const char *folder, const char *account, enum state_access access_wanted,
    struct error *err)
{
	struct state *s = memory_zeroed(1, sizeof(*s));
	bool writable = access_wanted == STATE_WRITE, ok = true;

	s->lock_fd = -1;
	s->path = memory_format("%s/%s.db", folder, account);
	if (writable)
		ok = folder_make(folder, err) && take_lock(s, folder, account, err) && make_file(s, folder, err);
	if (!writable && access(s->path, F_OK) != 0)
		ok = database_open(&s->db, "", true, STATE_APPLICATION_ID, state_migrations, STATE_VERSION, err);
	else if (ok)
		ok = database_open(&s->db, s->path, writable, STATE_APPLICATION_ID, state_migrations, STATE_VERSION, err);
	ok = ok && read_runs(s, err);
	if (!ok)
		state_close(&s);
	*out = s;
	return ok;
}

void state_close(struct state **s)
{
	if (!*s)
		return;
	database_close(&(*s)->db);
	if ((*s)->lock_fd >= 0)
		close((*s)->lock_fd);
	free((*s)->path);
	free(*s);
	*s = NULL;
}

bool state_needs_recovery(const struct state *s)
{
	return s->needs_recovery;
}

int64_t state_last_seen(const struct state *s)
{
	return s->last_seen;
}

/* Goes through `select`, whose rows start with a UID and are sorted by it, along the sorted items. */
typedef bool (*row_taker)(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err);

static bool walk(struct state *s, const char *select, struct state_item *items, size_t count, row_taker take,
    void *context, struct error *err)
{
	struct query *q;
	size_t i = 0;
	bool row = true, ok = query_start(&q, s->db, err, select, "");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		const char *uid = query_text(q, 0);

		while (i < count && strcmp(items[i].uid, uid) < 0)
			i++;
		ok = take(s, q, i < count && strcmp(items[i].uid, uid) == 0 ? &items[i] : NULL, context, err);
	}
	query_end(&q);
	return ok;
}

static bool take_known(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err)
{
	(void)s;
	(void)context;
	(void)err;
	if (item) {
		item->known = true;
		item->delivered = query_integer(q, 1);
	}
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

bool state_join(struct state *s, struct state_item *items, size_t count, struct error *err)
{
	return walk(s, "SELECT uid, delivered FROM message ORDER BY uid", items, count, take_known, NULL, err) &&
	    walk(s, "SELECT uid FROM told ORDER BY uid", items, count, take_told, NULL, err);
}

bool state_commit(struct state *s, struct error *err)
{
	return database_commit(s->db, err);
}

void state_rollback(struct state *s)
{
	database_rollback(s->db);
}

/* *latest is 0 where no maildrop is recorded. */
static bool read_maildrop(struct state *s, const struct state_maildrop *m, int64_t *latest, bool *same, struct error *err)
{
	struct query *q;
	bool row, ok;

	if (!query_start(&q, s->db, err,
		"SELECT id, lower(server) = lower(?1) AND port = ?2 AND user = ?3 FROM maildrop ORDER BY id DESC LIMIT 1", "tit",
		m->server, (int64_t)m->port, m->user))
		return false;
	ok = query_next(q, &row, err);
	*latest = ok && row ? query_integer(q, 0) : 0;
	*same = *latest > 0 && query_integer(q, 1) != 0;
	query_end(&q);
	return ok;
}

bool state_enter_maildrop(struct state *s, const struct state_maildrop *m, int64_t now, enum state_origin *origin,
    struct error *err)
{
	int64_t latest;
	bool same;

	if (!read_maildrop(s, m, &latest, &same, err))
		return false;
	*origin = latest == 0 ? STATE_MAILDROP_FIRST : same ? STATE_MAILDROP_SAME : STATE_MAILDROP_OTHER;
	if (same)
		return true;
	/* No server can give a UID that begins with a blank. */
	return database_execute(s->db, err, "INSERT INTO maildrop(server, port, user) VALUES(?1, ?2, ?3)", "tit",
		   m->server, (int64_t)m->port, m->user) &&
	    (latest == 0 ||
		(database_execute(s->db, err,
		     "UPDATE message SET uid = ' ' || ?1 || ':' || uid, gone = coalesce(gone, ?2), deleted = 0", "ii", latest,
		     now) &&
		    database_execute(s->db, err, "DELETE FROM told", "")));
}

bool state_mark_deleted(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return database_execute(s->db, err, "UPDATE message SET gone = ?2, deleted = 1 WHERE uid = ?1", "ti", uid, now);
}

struct listing_note {
	int64_t now;
	size_t *missing;
};

static bool take_listed(struct state *s, const struct query *q, struct state_item *item, void *context,
    struct error *err)
{
	struct listing_note *note = context;
	bool gone = !query_is_null(q, 1), deleted = query_integer(q, 2) != 0;

	if (item && gone)
		return database_execute(s->db, err, "UPDATE message SET gone = NULL, deleted = 0 WHERE uid = ?1", "t",
		    query_text(q, 0));
	if (!item && (!gone || (!deleted && query_integer(q, 1) >= note->now - missed_for)))
		*note->missing += 1;
	return item || gone ||
	    database_execute(s->db, err, "UPDATE message SET gone = ?2 WHERE uid = ?1", "ti", query_text(q, 0), note->now);
}

static bool forget_old(struct state *s, int64_t now, struct error *err)
{
	int64_t oldest = 0;

	if (!database_integer(s->db, "SELECT min(gone) FROM message", &oldest, err))
		return false;
	return oldest == 0 || oldest >= now - forget_after ||
	    database_execute(s->db, err, "DELETE FROM message WHERE gone < ?1", "i", now - forget_after);
}

bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now, size_t *missing,
    struct error *err)
{
	struct listing_note note = {now, missing};

	*missing = 0;
	return count == 0 ||
	    (walk(s, "SELECT uid, gone, deleted FROM message ORDER BY uid", items, count, take_listed, &note, err) &&
		forget_old(s, now, err));
}

bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SIZE], const char *uid, int64_t *delivered,
    bool *found, struct error *err)
{
	struct query *q;
	char *old;
	bool ok;

	*found = false;
	if (!query_start(&q, s->db, err,
		"SELECT uid, delivered FROM message WHERE header = ?1 AND gone IS NOT NULL AND deleted = 0 ORDER BY uid LIMIT 1",
		"b", header, (size_t)DIGEST_SIZE))
		return false;
	ok = query_next(q, found, err);
	old = ok && *found ? memory_copy_string(query_text(q, 0)) : NULL;
	*delivered = old ? query_integer(q, 1) : 0;
	query_end(&q);
	if (old)
		ok = database_execute(s->db, err, "UPDATE message SET uid = ?2, gone = NULL WHERE uid = ?1", "tt", old, uid);
	free(old);
	return ok;
}

bool state_begin_run(struct state *s, int64_t now, struct error *err)
{
	return database_execute(s->db, err, "INSERT INTO run(started) VALUES(?1)", "i", now) && state_commit(s, err);
}

bool state_end_run(struct state *s, int64_t now, struct error *err)
{
	int64_t open_runs = 0;

	return database_integer(s->db, "SELECT count(*) FROM run WHERE finished IS NULL", &open_runs, err) &&
	    database_execute(s->db, err,
		open_runs > 0 ? "UPDATE run SET finished = ?1 WHERE finished IS NULL"
			      : "INSERT INTO run(started, finished) VALUES(?1, ?1)",
		"i", now) &&
	    database_execute(s->db, err, "DELETE FROM run WHERE rowid <= (SELECT max(rowid) FROM run) - ?1", "i",
		runs_kept) &&
	    state_commit(s, err);
}

bool state_add(struct state *s, const struct state_record *r, struct error *err)
{
	return database_execute(s->db, err,
	    "INSERT OR REPLACE INTO message(uid, delivered, octets, sha256, header) VALUES(?1, ?2, ?3, ?4, ?5)", "tiibb",
	    r->uid, r->delivered, (int64_t)r->octets, r->sha256, sizeof(r->sha256), r->header, sizeof(r->header));
}

bool state_add_told(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return database_execute(s->db, err, "INSERT OR IGNORE INTO told(uid, at) VALUES(?1, ?2)", "ti", uid, now);
}

bool state_drop_intent(struct state *s, struct error *err)
{
	return database_execute(s->db, err, "DELETE FROM intent", "") &&
	    database_execute(s->db, err, "DELETE FROM pending", "");
}

static bool add_pending(struct state *s, const struct state_record *r, const struct mbox_extent *e, struct error *err)
{
	return database_execute(s->db, err,
	    "INSERT INTO pending(uid, delivered, octets, sha256, header, length, extent_sha256, head)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	    "tiibbibb", r->uid, r->delivered, (int64_t)r->octets, r->sha256, sizeof(r->sha256), r->header,
	    sizeof(r->header), (int64_t)e->length, e->sha256, sizeof(e->sha256), e->head, e->head_length);
}

bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err)
{
	bool ok = state_drop_intent(s, err) &&
	    database_execute(s->db, err, "INSERT INTO intent(path, offset, device, inode) VALUES(?1, ?2, ?3, ?4)", "biii", intent->path,
		strlen(intent->path), (int64_t)intent->offset, (int64_t)intent->device, (int64_t)intent->inode);

	for (size_t i = 0; ok && i < intent->count; i++)
		ok = add_pending(s, &records[i], &intent->extents[i], err);
	return ok && state_commit(s, err);
}

static bool read_pending(const struct query *q, struct state_record *r, struct mbox_extent *e)
{
	*r = (struct state_record){
	    .uid = memory_copy_string(query_text(q, 0)),
	    .delivered = query_integer(q, 1),
	    .octets = (uint64_t)query_integer(q, 2),
	};
	*e = (struct mbox_extent){.length = (uint64_t)query_integer(q, 5)};
	e->head_length = query_blob(q, 7, e->head, sizeof(e->head));
	return query_blob(q, 3, r->sha256, DIGEST_SIZE) == DIGEST_SIZE &&
	    query_blob(q, 4, r->header, DIGEST_SIZE) == DIGEST_SIZE &&
	    query_blob(q, 6, e->sha256, DIGEST_SIZE) == DIGEST_SIZE && e->head_length <= sizeof(e->head);
}

static bool read_intent_row(struct state *s, struct mbox_intent *intent, struct error *err)
{
	struct query *q;
	bool row, ok;

	if (!query_start(&q, s->db, err, "SELECT CAST(path AS TEXT), offset, device, inode FROM intent", ""))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row) {
		intent->path = memory_copy_string(query_text(q, 0));
		intent->offset = (uint64_t)query_integer(q, 1);
		intent->device = (uint64_t)query_integer(q, 2);
		intent->inode = (uint64_t)query_integer(q, 3);
	}
	query_end(&q);
	return ok;
}

bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records, struct error *err)
{
	struct query *q = NULL;
	bool row = false, ok;

	*intent = (struct mbox_intent){0};
	*records = NULL;
	if (!read_intent_row(s, intent, err))
		return false;
	if (!intent->path)
		return true;
	ok = query_start(&q, s->db, err,
	    "SELECT uid, delivered, octets, sha256, header, length, extent_sha256, head FROM pending ORDER BY position", "");
	while (ok && (ok = query_next(q, &row, err)) && row) {
		size_t i = intent->count++;

		*records = memory_resize(*records, intent->count, sizeof(**records));
		intent->extents = memory_resize(intent->extents, intent->count, sizeof(*intent->extents));
		if (!read_pending(q, &(*records)[i], &intent->extents[i])) {
			error_set(err, ERROR_STORAGE, "the state %s is damaged", s->path);
			ok = error_mend(err, "move it away, then run mailhaul again");
		}
	}
	query_end(&q);
	return ok;
}

const char *state_library_version(void)
{
	return database_library_version();
}
