#include "config.h"

#include "store/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/memory.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/mbox_intent.h"
#include "store/state_schema.h"

enum {
	FORGET_AFTER = 400 * 86400, /* seconds that a UID is remembered when the server has dropped it */
	RUNS_KEPT = 100,
	BUSY_MS = 10000, /* how long a reader with the sqlite3 shell is waited for */
};

struct state {
	sqlite3 *db; /* NULL: opened for reading, and there is no file yet */
	char *path;
	int lock_fd;
	bool in_batch;
	bool needs_recovery;
	int64_t last_seen;
};

static bool fail(const struct state *s, const char *step, struct error *err)
{
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_CANTOPEN;
	int system_code = s->db ? sqlite3_system_errno(s->db) : 0;

	error_set(err, ERROR_STORAGE, "the state %s %s: %s", s->path, step,
	    s->db ? sqlite3_errmsg(s->db) : "it cannot be opened");
	err->saved_errno = system_code;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return error_mend(err, "the file is damaged or no state of mailhaul: move it away, then run mailhaul again");
	if (code == SQLITE_BUSY) {
		err->kind = ERROR_LOCKED;
		err->temporary = true;
		return error_mend(err, "another program keeps it open for writing");
	}
	err->temporary = code == SQLITE_FULL || system_code == ENOSPC || system_code == EDQUOT;
	return error_mend(err, "check the folder's permissions and the room on its disk");
}

static bool run_sql(struct state *s, const char *sql, struct error *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, "cannot be written", err);
}

static bool prepare(struct state *s, const char *sql, sqlite3_stmt **out, struct error *err)
{
	return sqlite3_prepare_v2(s->db, sql, -1, out, NULL) == SQLITE_OK || fail(s, "cannot be used", err);
}

static bool begin_batch(struct state *s, struct error *err)
{
	if (s->in_batch)
		return true;
	s->in_batch = run_sql(s, "BEGIN IMMEDIATE", err);
	return s->in_batch;
}

/*
 * Runs a statement that gives no rows inside the current batch, which begins if there is none.
 * types says what follows for each parameter: t a text, i an int64_t, b a pointer and its size_t.
 */
static bool execute(struct state *s, struct error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;
	bool ok;

	if (!begin_batch(s, err) || !prepare(s, sql, &stmt, err))
		return false;
	va_start(args, types);
	for (int i = 1; *types; types++, i++) {
		if (*types == 't') {
			sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_STATIC);
		} else if (*types == 'i') {
			sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
		} else {
			const void *blob = va_arg(args, const void *);

			sqlite3_bind_blob(stmt, i, blob, (int)va_arg(args, size_t), SQLITE_STATIC);
		}
	}
	va_end(args);
	ok = sqlite3_step(stmt) == SQLITE_DONE || fail(s, "cannot be written", err);
	sqlite3_finalize(stmt);
	return ok;
}

static bool read_integer(struct state *s, const char *sql, int64_t *out, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code;
	bool ok;

	if (!prepare(s, sql, &stmt, err))
		return false;
	code = sqlite3_step(stmt);
	*out = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	ok = code == SQLITE_ROW || code == SQLITE_DONE || fail(s, "cannot be read", err);
	sqlite3_finalize(stmt);
	return ok;
}

/* Makes sure that the file is ours and not from the future, and brings it up to this version. */
static bool check_version(struct state *s, bool writable, int64_t *version, struct error *err)
{
	int64_t id, tables;

	if (!read_integer(s, "PRAGMA user_version", version, err) ||
	    !read_integer(s, "PRAGMA application_id", &id, err) ||
	    !read_integer(s, "SELECT count(*) FROM sqlite_master", &tables, err))
		return false;
	if (*version > STATE_VERSION) {
		error_set(err, ERROR_STORAGE, "the state %s was written by a newer mailhaul", s->path);
		return error_mend(err, "use that version again, or move the file away");
	}
	if ((id != STATE_APPLICATION_ID || *version == 0) && (id != 0 || tables != 0)) {
		error_set(err, ERROR_STORAGE, "%s is no state of mailhaul", s->path);
		return error_mend(err, "move the file away, or set another state_dir");
	}
	if (!writable && *version < STATE_VERSION && tables != 0)
		return error_set(err, ERROR_STORAGE, "the state %s has to be brought up to date by a fetch first", s->path);
	return true;
}

static bool migrate(struct state *s, int64_t version, struct error *err)
{
	char sql[96];

	for (; version < STATE_VERSION; version++) {
		sqlite3_snprintf(sizeof(sql), sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", STATE_APPLICATION_ID,
		    (int)version + 1);
		if (!run_sql(s, "BEGIN IMMEDIATE", err) || !run_sql(s, state_migrations[version], err) ||
		    !run_sql(s, sql, err) || !run_sql(s, "COMMIT", err))
			return false;
	}
	return true;
}

static bool read_runs(struct state *s, struct error *err)
{
	int64_t runs = 0, open_runs = 0;

	if (!read_integer(s, "SELECT count(*) FROM run", &runs, err) ||
	    !read_integer(s, "SELECT count(*) FROM run WHERE finished IS NULL", &open_runs, err) ||
	    !read_integer(s, "SELECT max(finished) FROM run", &s->last_seen, err))
		return false;
	s->needs_recovery = runs == 0 || open_runs > 0;
	return true;
}

/* WAL costs one sync a commit; where a filesystem cannot have it, EXTRA makes the rollback journal safe. */
static bool choose_journal(struct state *s, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool wal;

	if (!prepare(s, "PRAGMA journal_mode=WAL", &stmt, err))
		return false;
	wal = sqlite3_step(stmt) == SQLITE_ROW && sqlite3_stricmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
	sqlite3_finalize(stmt);
	return run_sql(s, wal ? "PRAGMA synchronous=FULL" : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA", err);
}

static bool open_database(struct state *s, bool writable, struct error *err)
{
	int flags = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	int64_t version;

	if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
		return fail(s, "cannot be opened", err);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (!check_version(s, writable, &version, err))
		return false;
	if (writable && (!choose_journal(s, err) || !migrate(s, version, err)))
		return false;
	if (!writable && version == 0) {
		s->needs_recovery = true;
		sqlite3_close(s->db);
		s->db = NULL;
		return true;
	}
	return read_runs(s, err);
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

bool state_open(struct state **out, const char *folder, const char *account, enum state_access access,
    struct error *err)
{
	struct state *s = memory_zeroed(1, sizeof(*s));
	bool writable = access == STATE_WRITE, made = false, ok = true;
	struct stat st;

	s->lock_fd = -1;
	s->path = memory_format("%s/%s.db", folder, account);
	if (writable)
		ok = folder_make(folder, err) && take_lock(s, folder, account, err);
	if (ok) {
		made = stat(s->path, &st) != 0;
		if (!writable && made)
			s->needs_recovery = true;
		else
			ok = open_database(s, writable, err);
	}
	if (ok && writable && made)
		ok = (chmod(s->path, 0600) == 0 && folder_sync(folder, err)) ||
		    error_errno(err, ERROR_STORAGE, errno, "%s cannot be made private", s->path);
	if (!ok)
		state_close(&s);
	*out = s;
	return ok;
}

void state_close(struct state **s)
{
	if (!*s)
		return;
	sqlite3_close((*s)->db);
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

static bool join_told(struct state *s, struct state_item *items, size_t count, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t i = 0;
	int code;
	bool ok;

	if (!prepare(s, "SELECT uid FROM told ORDER BY uid", &stmt, err))
		return false;
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *uid = (const char *)sqlite3_column_text(stmt, 0);

		while (i < count && strcmp(items[i].uid, uid) < 0)
			i++;
		if (i < count && strcmp(items[i].uid, uid) == 0)
			items[i].told = true;
	}
	ok = code == SQLITE_DONE || fail(s, "cannot be read", err);
	sqlite3_finalize(stmt);
	return ok;
}

bool state_join(struct state *s, struct state_item *items, size_t count, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t i = 0;
	int code;
	bool ok;

	if (!s->db)
		return true;
	if (!prepare(s, "SELECT uid, delivered FROM message ORDER BY uid", &stmt, err))
		return false;
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *uid = (const char *)sqlite3_column_text(stmt, 0);

		while (i < count && strcmp(items[i].uid, uid) < 0)
			i++;
		if (i < count && strcmp(items[i].uid, uid) == 0) {
			items[i].known = true;
			items[i].delivered = sqlite3_column_int64(stmt, 1);
		}
	}
	ok = code == SQLITE_DONE || fail(s, "cannot be read", err);
	sqlite3_finalize(stmt);
	return ok && join_told(s, items, count, err);
}

bool state_commit(struct state *s, struct error *err)
{
	if (!s->in_batch)
		return true;
	if (!run_sql(s, "COMMIT", err)) {
		state_rollback(s);
		return false;
	}
	s->in_batch = false;
	return true;
}

void state_rollback(struct state *s)
{
	if (s->in_batch)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_batch = false;
}

static bool forget_old(struct state *s, int64_t now, struct error *err)
{
	int64_t oldest = 0;

	if (!read_integer(s, "SELECT min(gone) FROM message", &oldest, err))
		return false;
	return oldest == 0 || oldest >= now - FORGET_AFTER ||
	    execute(s, err, "DELETE FROM message WHERE gone < ?1", "i", now - FORGET_AFTER);
}

bool state_note_listing(struct state *s, const struct state_item *items, size_t count, int64_t now,
    struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t i = 0;
	int code = SQLITE_DONE;
	bool ok = true;

	if (!s->db || count == 0)
		return true;
	if (!prepare(s, "SELECT uid, gone FROM message ORDER BY uid", &stmt, err))
		return false;
	while (ok && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *uid = (const char *)sqlite3_column_text(stmt, 0);
		bool gone = sqlite3_column_type(stmt, 1) != SQLITE_NULL;
		bool listed;

		while (i < count && strcmp(items[i].uid, uid) < 0)
			i++;
		listed = i < count && strcmp(items[i].uid, uid) == 0;
		if (listed == gone)
			ok = execute(s, err, "UPDATE message SET gone = nullif(?2, 0) WHERE uid = ?1", "ti", uid,
			    listed ? (int64_t)0 : now);
	}
	ok = ok && (code == SQLITE_DONE || fail(s, "cannot be read", err));
	sqlite3_finalize(stmt);
	return ok && forget_old(s, now, err) && state_commit(s, err);
}

bool state_begin_run(struct state *s, int64_t now, struct error *err)
{
	return execute(s, err, "INSERT INTO run(started) VALUES(?1)", "i", now) && state_commit(s, err);
}

bool state_end_run(struct state *s, int64_t now, struct error *err)
{
	int64_t open_runs = 0;

	return read_integer(s, "SELECT count(*) FROM run WHERE finished IS NULL", &open_runs, err) &&
	    execute(s, err,
		open_runs > 0 ? "UPDATE run SET finished = ?1 WHERE finished IS NULL"
			      : "INSERT INTO run(started, finished) VALUES(?1, ?1)",
		"i", now) &&
	    execute(s, err, "DELETE FROM run WHERE rowid <= (SELECT max(rowid) FROM run) - ?1", "i",
		(int64_t)RUNS_KEPT) &&
	    state_commit(s, err);
}

bool state_add(struct state *s, const struct state_record *r, struct error *err)
{
	return execute(s, err,
	    "INSERT OR REPLACE INTO message(uid, delivered, octets, sha256, header) VALUES(?1, ?2, ?3, ?4, ?5)", "tiibb",
	    r->uid, r->delivered, (int64_t)r->octets, r->sha256, sizeof(r->sha256), r->header, sizeof(r->header));
}

bool state_add_told(struct state *s, const char *uid, int64_t now, struct error *err)
{
	return execute(s, err, "INSERT OR IGNORE INTO told(uid, at) VALUES(?1, ?2)", "ti", uid, now);
}

bool state_drop_intent(struct state *s, struct error *err)
{
	return begin_batch(s, err) && run_sql(s, "DELETE FROM intent; DELETE FROM pending", err);
}

static bool add_pending(struct state *s, const struct state_record *r, const struct mbox_extent *e, struct error *err)
{
	return execute(s, err,
	    "INSERT INTO pending(uid, delivered, octets, sha256, header, length, extent_sha256, head)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	    "tiibbibb", r->uid, r->delivered, (int64_t)r->octets, r->sha256, sizeof(r->sha256), r->header,
	    sizeof(r->header), (int64_t)e->length, e->sha256, sizeof(e->sha256), e->head, e->head_length);
}

bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err)
{
	bool ok = state_drop_intent(s, err) &&
	    execute(s, err, "INSERT INTO intent(path, offset, device, inode) VALUES(?1, ?2, ?3, ?4)", "biii", intent->path,
		strlen(intent->path), (int64_t)intent->offset, (int64_t)intent->device, (int64_t)intent->inode);

	for (size_t i = 0; ok && i < intent->count; i++)
		ok = add_pending(s, &records[i], &intent->extents[i], err);
	return ok && state_commit(s, err);
}

/* A column's octets, if there are as many as `size`, else zeros. */
static void copy_blob(sqlite3_stmt *stmt, int column, void *out, size_t size)
{
	if (sqlite3_column_bytes(stmt, column) == (int)size)
		memcpy(out, sqlite3_column_blob(stmt, column), size);
	else
		memset(out, 0, size);
}

static void read_pending(sqlite3_stmt *stmt, struct state_record *r, struct mbox_extent *e)
{
	int head = sqlite3_column_bytes(stmt, 7);

	*r = (struct state_record){
	    .uid = memory_copy_string((const char *)sqlite3_column_text(stmt, 0)),
	    .delivered = sqlite3_column_int64(stmt, 1),
	    .octets = (uint64_t)sqlite3_column_int64(stmt, 2),
	};
	copy_blob(stmt, 3, r->sha256, DIGEST_SIZE);
	copy_blob(stmt, 4, r->header, DIGEST_SIZE);
	e->length = (uint64_t)sqlite3_column_int64(stmt, 5);
	copy_blob(stmt, 6, e->sha256, DIGEST_SIZE);
	e->head_length = head > 0 && head <= MBOX_HEAD_MOST ? (size_t)head : 0;
	copy_blob(stmt, 7, e->head, e->head_length);
}

static bool read_intent_row(struct state *s, struct mbox_intent *intent, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code;

	if (!prepare(s, "SELECT CAST(path AS TEXT), offset, device, inode FROM intent", &stmt, err))
		return false;
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW) {
		intent->path = memory_copy_string((const char *)sqlite3_column_text(stmt, 0));
		intent->offset = (uint64_t)sqlite3_column_int64(stmt, 1);
		intent->device = (uint64_t)sqlite3_column_int64(stmt, 2);
		intent->inode = (uint64_t)sqlite3_column_int64(stmt, 3);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW || code == SQLITE_DONE || fail(s, "cannot be read", err);
}

bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records,
    struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	int code;

	*intent = (struct mbox_intent){0};
	*records = NULL;
	if (!read_intent_row(s, intent, err))
		return false;
	if (!intent->path)
		return true;
	if (!prepare(s,
		"SELECT uid, delivered, octets, sha256, header, length, extent_sha256, head FROM pending ORDER BY position",
		&stmt, err))
		return false;
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		size_t i = intent->count++;

		*records = memory_resize(*records, intent->count, sizeof(**records));
		intent->extents = memory_resize(intent->extents, intent->count, sizeof(*intent->extents));
		read_pending(stmt, &(*records)[i], &intent->extents[i]);
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE || fail(s, "cannot be read", err);
}

const char *state_library_version(void)
{
	return sqlite3_libversion();
}
