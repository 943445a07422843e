#include "config.h"

#include "state/database.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "io/deadline.h"
#include "io/interrupt.h"
#include "state/harden.h"

enum {
	BUSY_MS = 10000,	       /* maximum milliseconds to wait for another program, such as the sqlite3 shell */
	KEPT = 16,		       /* maximum statements kept for reuse */
	COPY_MOST = 512 * 1024 * 1024, /* maximum bytes of a file that is copied into memory */
	STEPS_BETWEEN = 10000,	       /* instructions of SQLite between two looks for a signal */
	PATIENCE_MS = 5000,	       /* maximum milliseconds of a step after a signal */
};

struct database {
	sqlite3 *db;
	char *path;
	bool in_batch;
	bool changed;
	sqlite3_stmt *kept[KEPT]; /* NULL: a free slot */
	unsigned next_kept;
	deadline patience; /* when the running step is stopped; 0: no signal has arrived during it */
};

struct query {
	struct database *database;
	sqlite3_stmt *stmt;
};

/*
 * The errno of the last failed system call that SQLite logged; 0 if it logged none since the last reported failure.
 * sqlite3_system_errno returns the final errno, which may be from another call.
 */
static int logged_errno;

/* Takes the errno from a log message, "os_unix.c:LINE: (ERRNO) CALL(PATH) - TEXT". */
static void note_log(void *context, int code, const char *message)
{
	int number;

	(void)context;
	if (((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) &&
	    sscanf(message, "%*[^:]:%*d: (%d)", &number) == 1)
		logged_errno = number;
}

static int take_errno(const struct database *d)
{
	int number = logged_errno ? logged_errno : sqlite3_system_errno(d->db);

	logged_errno = 0;
	return number;
}

static bool fail(const struct database *d, const char *step, struct error *err)
{
	int code = sqlite3_errcode(d->db), system_code = take_errno(d);
	bool lacks_room = system_code == ENOSPC || system_code == EDQUOT;

	/* SQLite may have to write even for a query: it rolls back what a killed run left. */
	if (code == SQLITE_READONLY || code == SQLITE_FULL)
		step = "cannot be written";
	error_set(err, ERROR_STORAGE, "the state file %s %s: %s", d->path, step,
	    code == SQLITE_IOERR && lacks_room ? strerror(system_code) : sqlite3_errmsg(d->db));
	err->saved_errno = system_code;
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		return error_hint(err,
		    "it is damaged, or not a state file of mailhaul: move it away, then run mailhaul verify --rebuild for this "
		    "account");
	if (code == SQLITE_INTERRUPT)
		return interrupt_error(err);
	if (code == SQLITE_BUSY) {
		err->kind = ERROR_LOCKED;
		err->temporary = true;
		return error_hint(err,
		    "stop the program that is writing to it, or set state_dir to a filesystem that supports locks");
	}
	err->temporary = code == SQLITE_FULL || lacks_room;
	if (code == SQLITE_IOERR && lacks_room)
		return error_hint(err,
		    system_code == EDQUOT ? "free space in your disk quota, or set another state_dir"
					  : "free space on its disk, or set another state_dir");
	return error_hint(err, "check the directory's permissions and the free space on its disk");
}

static bool run_sql(struct database *d, const char *sql, struct error *err)
{
	d->patience = 0;
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(d, "cannot be written", err);
}

/* Stops a step that still runs long after a signal. A signal alone stops none: it may record what was delivered. */
static int look_for_signal(void *context)
{
	struct database *d = context;

	if (d->patience == 0 && interrupt_came())
		d->patience = deadline_clock() + PATIENCE_MS;
	return d->patience != 0 && deadline_left(d->patience) == 0;
}

static int step(struct database *d, sqlite3_stmt *stmt)
{
	d->patience = 0;
	return sqlite3_step(stmt);
}

/* Prepares a statement. Parsing one takes as long as running it, so recent statements are reused. */
static bool prepare(struct database *d, const char *sql, sqlite3_stmt **out, struct error *err)
{
	for (size_t i = 0; i < KEPT; i++) {
		if (!d->kept[i] || strcmp(sqlite3_sql(d->kept[i]), sql) != 0)
			continue;
		*out = d->kept[i];
		d->kept[i] = NULL;
		return true;
	}
	return sqlite3_prepare_v2(d->db, sql, -1, out, NULL) == SQLITE_OK || fail(d, "cannot be used", err);
}

/* Resets a statement and keeps it for reuse. */
static void release(struct database *d, sqlite3_stmt *stmt)
{
	sqlite3_stmt **place = &d->kept[d->next_kept++ % KEPT];

	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	sqlite3_finalize(*place);
	*place = stmt;
}

static void drop_kept(struct database *d)
{
	for (size_t i = 0; i < KEPT; i++) {
		sqlite3_finalize(d->kept[i]);
		d->kept[i] = NULL;
	}
}

/*
 * Binds the parameters. outlives: SQLite must copy texts and blobs, because the statement is used after their
 * lifetime.
 */
static void bind(sqlite3_stmt *stmt, bool outlives, const char *types, va_list args)
{
	sqlite3_destructor_type lifetime = outlives ? SQLITE_TRANSIENT : SQLITE_STATIC;

	for (int i = 1; *types; types++, i++) {
		if (*types == 't') {
			sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, lifetime);
		} else if (*types == 'i') {
			sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
		} else {
			const void *blob = va_arg(args, const void *);

			sqlite3_bind_blob(stmt, i, blob, (int)va_arg(args, size_t), lifetime);
		}
	}
}

static bool begin_batch(struct database *d, struct error *err)
{
	if (!d->in_batch)
		d->in_batch = run_sql(d, "BEGIN IMMEDIATE", err);
	return d->in_batch;
}

bool database_execute(struct database *d, struct error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;
	bool ok;

	if (!begin_batch(d, err) || !prepare(d, sql, &stmt, err))
		return false;
	va_start(args, types);
	bind(stmt, false, types, args);
	va_end(args);
	ok = step(d, stmt) == SQLITE_DONE || fail(d, "cannot be written", err);
	release(d, stmt);
	return ok;
}

bool database_commit(struct database *d, struct error *err)
{
	if (!d->in_batch)
		return true;
	if (!run_sql(d, "COMMIT", err)) {
		database_rollback(d);
		return false;
	}
	d->in_batch = false;
	d->changed = true;
	return true;
}

int64_t database_changes(const struct database *d)
{
	return sqlite3_total_changes(d->db);
}

bool database_is_changed(const struct database *d)
{
	return d->changed || d->in_batch;
}

void database_rollback(struct database *d)
{
	if (d->in_batch)
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	d->in_batch = false;
}

bool query_start(struct query **out, struct database *d, struct error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list args;

	*out = NULL;
	if (!prepare(d, sql, &stmt, err))
		return false;
	va_start(args, types);
	bind(stmt, true, types, args);
	va_end(args);
	*out = memory_zeroed(1, sizeof(**out));
	**out = (struct query){.database = d, .stmt = stmt};
	return true;
}

bool query_next(struct query *q, bool *row, struct error *err)
{
	int code = step(q->database, q->stmt);

	*row = code == SQLITE_ROW;
	return *row || code == SQLITE_DONE || fail(q->database, "cannot be read", err);
}

const char *query_text(const struct query *q, int column)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);

	return text ? text : "";
}

int64_t query_integer(const struct query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

bool query_is_null(const struct query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

size_t query_blob(const struct query *q, int column, void *out, size_t size)
{
	const void *blob = sqlite3_column_blob(q->stmt, column);
	size_t length = (size_t)sqlite3_column_bytes(q->stmt, column);

	if (length > 0)
		memcpy(out, blob, length < size ? length : size);
	return length;
}

void query_end(struct query **q)
{
	if (!*q)
		return;
	release((*q)->database, (*q)->stmt);
	free(*q);
	*q = NULL;
}

bool database_integer(struct database *d, const char *sql, int64_t *out, struct error *err)
{
	struct query *q;
	bool row, ok;

	if (!query_start(&q, d, err, sql, ""))
		return false;
	ok = query_next(q, &row, err);
	*out = ok && row ? query_integer(q, 0) : 0;
	query_end(&q);
	return ok;
}

/* Runs all steps in one commit, so that a new file costs one sync. */
static bool migrate(struct database *d, const struct database_kind *kind, int version, struct error *err)
{
	char sql[96];

	if (version >= kind->versions)
		return true;
	if (!begin_batch(d, err))
		return false;
	for (; version < kind->versions; version++) {
		if (!run_sql(d, kind->steps[version], err))
			return false;
	}
	sqlite3_snprintf(sizeof(sql), sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", kind->application_id,
	    kind->versions);
	return run_sql(d, sql, err) && database_commit(d, err);
}

/*
 * Chooses a rollback journal that is truncated and synced at each commit. One that is removed would need a sync of the
 * directory (EXTRA), and SQLite takes a filesystem that cannot do that for a failed commit.
 */
static bool choose_rollback(struct database *d, struct error *err)
{
	return run_sql(d, "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA locking_mode=NORMAL", err);
}

/* Chooses the journal. WAL costs one sync per commit, and is as safe with FULL. */
static bool choose_journal(struct database *d, struct error *err)
{
	struct query *q;
	bool row, ok, wal;
	int64_t ignored;

	if (!query_start(&q, d, err, "PRAGMA journal_mode=WAL", ""))
		return false;
	ok = query_next(q, &row, err);
	wal = ok && row && sqlite3_stricmp(query_text(q, 0), "wal") == 0;
	query_end(&q);
	if (!wal)
		return ok && choose_rollback(d, err);
	/* The first query shows whether WAL works here. */
	return run_sql(d, "PRAGMA synchronous=FULL", err) && database_integer(d, "PRAGMA user_version", &ignored, err);
}

/* Returns a URI for SQLITE_OPEN_URI that declares the file unchanging. The caller frees it. */
static char *frozen_name(const char *path)
{
	struct buf name = {0};
	char *made;

	buf_append_string(&name, "file:");
	for (; *path; path++)
		buf_append_format(&name, strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned)(unsigned char)*path);
	buf_append_string(&name, "?immutable=1");
	made = memory_copy_string(buf_string(&name));
	buf_free(&name);
	return made;
}

static bool open_file(struct database *d, const char *path, int flags, struct error *err)
{
	char *name = flags & SQLITE_OPEN_URI ? frozen_name(path) : memory_copy_string(*path ? path : ":memory:");
	bool ok;

	harden_library(note_log);
	ok = sqlite3_open_v2(name, &d->db, flags | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK;
	free(name);
	if (!ok)
		return fail(d, "cannot be opened", err);
	sqlite3_busy_timeout(d->db, BUSY_MS);
	harden_database(d->db);
	sqlite3_progress_handler(d->db, STEPS_BETWEEN, look_for_signal, d);
	/* Temporary files would be in /var/tmp, and a truncated file that is mapped ends the run with SIGBUS. */
	return run_sql(d, "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON", err);
}

/* Returns whether the file is small enough for a copy in memory. */
static bool may_copy(struct database *d, struct error *err)
{
	const char *sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
	int64_t octets;

	if (!database_integer(d, sql, &octets, err))
		return false;
	if (octets <= COPY_MOST)
		return true;
	error_set(err, ERROR_STORAGE, "the state file %s has more than %d MiB", d->path, COPY_MOST / (1024 * 1024));
	return error_hint(err,
	    "no maildrop needs that much: move it away, then run mailhaul verify --rebuild for this account");
}

/* Replaces the open file with a private temporary copy, which may be changed freely. */
static bool copy_aside(struct database *d, struct error *err)
{
	sqlite3 *file = d->db;
	sqlite3_backup *backup;
	int code;
	bool ok;

	if (!may_copy(d, err))
		return false;
	drop_kept(d);
	d->db = NULL;
	ok = open_file(d, "", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	if (ok) {
		backup = sqlite3_backup_init(d->db, "main", file, "main");
		code = backup ? sqlite3_backup_step(backup, -1) : SQLITE_ERROR;
		ok = sqlite3_backup_finish(backup) == SQLITE_OK || fail(d, "cannot be read", err);
		/* sqlite3_backup_finish does not report a file that is being written all the time. */
		if (ok && code != SQLITE_DONE) {
			error_set(err, ERROR_LOCKED, "another program is writing to the state file %s", d->path);
			ok = error_hint(err, "try again later");
		}
	}
	sqlite3_close(file);
	return ok;
}

/*
 * Returns the flags for opening without changes. If opened for writing, SQLite removes the journal that it creates. An
 * existing journal of a running or dead run is left unchanged. On a read-only filesystem, such as a backup snapshot,
 * SQLite cannot create a journal, and must know that it needs none.
 */
static int flags_for_reading(const char *path)
{
	char *journal = memory_format("%s-wal", path);
	int flags = *path && access(journal, F_OK) != 0 ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;

	if (flags == SQLITE_OPEN_READWRITE && access(path, W_OK) != 0 && errno == EROFS)
		flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
	free(journal);
	return flags;
}

/* Opens the file. alone: nobody else can use it before the journal is chosen, so WAL needs no shared memory. */
static bool open_as(struct database *d, int flags, bool alone, const struct database_kind *kind, int *version,
    struct error *err)
{
	return open_file(d, d->path, flags, err) && (!alone || run_sql(d, "PRAGMA locking_mode=EXCLUSIVE", err)) &&
	    (!kind->check || kind->check(d, kind, version, err));
}

/* Opens the file for writing. On some filesystems processes cannot share memory, which WAL needs. */
static bool open_writable(struct database *d, const struct database_kind *kind, int *version, struct error *err)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int code;

	if (open_as(d, flags, false, kind, version, err) && choose_journal(d, err))
		return true;
	code = d->db ? sqlite3_extended_errcode(d->db) : SQLITE_OK;
	if (code != SQLITE_IOERR_SHMMAP && code != SQLITE_IOERR_SHMOPEN && code != SQLITE_IOERR_SHMSIZE)
		return false;
	drop_kept(d);
	sqlite3_close(d->db);
	d->db = NULL;
	return open_as(d, flags, true, kind, version, err) && choose_rollback(d, err);
}

bool database_open(struct database **out, const char *path, bool writable, const struct database_kind *kind,
    struct error *err)
{
	struct database *d = memory_zeroed(1, sizeof(*d));
	int version = 0;
	bool ok;

	d->path = memory_copy_string(path);
	if (writable)
		ok = open_writable(d, kind, &version, err);
	else
		ok = open_as(d, flags_for_reading(path), false, kind, &version, err) && copy_aside(d, err);
	ok = ok && migrate(d, kind, version, err);
	if (!ok)
		database_close(&d);
	*out = d;
	return ok;
}

void database_close(struct database **d)
{
	if (!*d)
		return;
	drop_kept(*d);
	sqlite3_close((*d)->db);
	free((*d)->path);
	free(*d);
	*d = NULL;
}

const char *database_path(const struct database *d)
{
	return d->path;
}

const char *database_library_version(void)
{
	return sqlite3_libversion();
}
