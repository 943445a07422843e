#include "config.h"

#include "state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "fs/directory.h"
#include "fs/lock.h"
#include "state/database.h"
#include "state/guard.h"
#include "state/private.h"
#include "state/record.h"
#include "state/schema.h"
#include "state/schema_check.h"
#include "state/stamp.h"
#include "state/witness.h"

static const int64_t runs_kept = 100;

enum { DATABASE_HEADER = 100 };

static const struct database_kind kind = {
    .application_id = STATE_APPLICATION_ID,
    .steps = state_migrations,
    .versions = STATE_VERSION,
    .digest = state_schema_digest,
    .check = schema_check,
};

struct state {
	struct database *db;
	char *path, *lock_path;
	int lock_fd;
	bool needs_recovery;
	bool unsettled_run; /* a run did not finish, or there was none */
	bool old;	    /* this may not be the file that the last run left */
	bool opened;	    /* opened for writing, and read completely */
	int64_t died_since; /* when the first unfinished run began; 0: unknown */
	int64_t recover_since;
	int64_t last_run, last_seen;
	bool fresh; /* no run is recorded */
	struct state_witness witness;
	bool unwitnessed; /* this run is not noted in the witness */
};

/*
 * Decides from when on delivered messages are searched for: after a run died, and if the state may be older than the
 * mail. A time in the future, from a fast clock, is ignored.
 */
static bool read_recovery(struct state *s, struct error *err)
{
	int64_t last = 0, number = 0, after;

	if (!database_integer(s->db, "SELECT min(started) FROM run WHERE finished IS NULL", &s->died_since, err))
		return false;
	s->recover_since = s->died_since;
	if (!database_integer(s->db, "SELECT max(rowid) FROM run", &number, err))
		return false;
	after = state_witness_after(&s->witness, number);
	s->old = s->old || after > 0;
	/* A dead run has dropped the stamp, and has recorded when it began. */
	if (!s->old || (after == 0 && s->died_since > 0 && !state_stamp_is_there(s->lock_fd)))
		return true;
	if (!database_integer(s->db,
		"SELECT max(delivered) FROM message WHERE delivered <= CAST(strftime('%s', 'now') "
		"AS INTEGER)",
		&last, err))
		return false;
	if (!s->needs_recovery || last < s->recover_since)
		s->recover_since = last;
	/* The clock may have been fast at the last record. */
	if (after > 0 && after < s->recover_since)
		s->recover_since = after;
	s->needs_recovery = true;
	return true;
}

static bool read_runs(struct state *s, struct error *err)
{
	int64_t runs = 0, open_runs = 0;
	struct stat st;

	if (!database_integer(s->db, "SELECT count(*) FROM run", &runs, err) ||
	    !database_integer(s->db, "SELECT count(*) FROM run WHERE finished IS NULL", &open_runs, err) ||
	    !database_integer(s->db, "SELECT max(finished) FROM run", &s->last_run, err))
		return false;
	s->last_seen = s->last_run;
	s->fresh = runs == 0;
	s->needs_recovery = s->unsettled_run = s->fresh || open_runs > 0;
	if (stat(s->lock_path, &st) == 0 && s->last_run > 0 && st.st_mtime > s->last_run)
		s->last_seen = st.st_mtime;
	return read_recovery(s, err);
}

static bool hint_locks(struct error *err)
{
	return error_hint(err, "set state_dir to a directory on a filesystem that supports locks");
}

static bool hint_directory(struct error *err)
{
	return error_hint(err, "check the permissions of this file and its directory, or set another state_dir");
}

/* Allows one run per account. The lock file stays, and its lock ends with the process. */
static bool take_lock(struct state *s, struct error *err)
{
	const char *path = s->lock_path;
	bool ok;

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (s->lock_fd < 0) {
		error_errno(err, ERROR_STORAGE, errno, "the lock file %s cannot be opened", path);
		ok = hint_directory(err);
	} else {
		ok = lock_file(s->lock_fd, path, deadline_in(0), err);
		if (!ok && err->kind == ERROR_LOCKED) {
			error_set(err, ERROR_LOCKED, "another run of mailhaul is fetching this account");
			error_hint(err, "the next run tries again");
		} else if (!ok) {
			hint_locks(err);
		}
	}
	return ok;
}

/*
 * Creates the file. SQLite would give it and its journals the permissions of the umask. It would also report a file
 * that cannot be locked as in use by another program.
 */
static bool make_file(const struct state *s, const char *directory, struct error *err)
{
	bool fresh = access(s->path, F_OK) != 0, ok;
	int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;

	if (fd < 0) {
		error_errno(err, ERROR_STORAGE, errno, "the state file %s cannot be opened", s->path);
		return hint_directory(err);
	}
	ok = (lock_check(fd, s->path, err) || hint_locks(err)) && fstat(fd, &st) == 0;
	/* SQLite treats a file shorter than its header as new. The stamp shows that a run left a longer one. */
	if (ok && !fresh && st.st_size < DATABASE_HEADER && state_stamp_is_there(s->lock_fd)) {
		error_set(err, ERROR_STORAGE, "the state file %s has been truncated to %lld bytes", s->path,
		    (long long)st.st_size);
		ok = error_hint(err,
		    "restore it from a backup, or remove it and run mailhaul verify --rebuild for this account");
	} else if (ok && st.st_size == 0) {
		/* A file with content was synced with its directory when the content was written. */
		ok = directory_sync(directory, err);
	}
	close(fd);
	return ok;
}

static bool guard(const char *directory, const char *path, const char *lock_path, struct error *err)
{
	return state_guard_directory(directory, err) && state_guard_file(path, "the state file", err) &&
	    state_guard_file(lock_path, "the lock file", err);
}

bool state_open(struct state **out, const char *directory, const char *account, enum state_access access_wanted,
    struct error *err)
{
	struct state *s = memory_zeroed(1, sizeof(*s));
	bool writable = access_wanted == STATE_WRITE, ok;

	s->lock_fd = -1;
	s->path = memory_format("%s/%s.db", directory, account);
	s->lock_path = memory_format("%s/%s.lock", directory, account);
	ok = (!writable || directory_make(directory, err)) && guard(directory, s->path, s->lock_path, err) &&
	    (!writable || (take_lock(s, err) && make_file(s, directory, err)));
	s->old = writable && ok && !state_stamp_fits(s->lock_fd, s->path);
	if (ok && !writable && access(s->path, F_OK) != 0)
		ok = database_open(&s->db, "", true, &kind, err);
	else if (ok)
		ok = database_open(&s->db, s->path, writable, &kind, err);
	ok = ok && read_runs(s, err);
	s->opened = ok && writable;
	if (!ok)
		state_close(&s);
	*out = s;
	return ok;
}

bool state_set_witness(struct state *s, const char *directory, struct error *err)
{
	const char *name = strrchr(s->lock_path, '/') + 1;
	char *account = memory_format("%.*s", (int)(strlen(name) - strlen(".lock")), name);

	state_witness_free(&s->witness);
	state_witness_read(&s->witness, directory, account, s->path);
	free(account);
	return read_recovery(s, err);
}

const char *state_label(const struct state *s)
{
	return s->witness.key;
}

bool state_is_new(const struct state *s)
{
	return s->fresh && state_witness_last(&s->witness) == 0;
}

int64_t state_witnessed_run(const struct state *s)
{
	return state_witness_last(&s->witness);
}

void state_forbid_witness(struct state *s)
{
	s->unwitnessed = true;
}

bool state_probe(const char *directory, const char *account, struct error *err)
{
	char *path = memory_format("%s/%s.db", directory, account);
	char *lock_path = memory_format("%s/%s.lock", directory, account);
	bool ok = directory_probe(directory, err) && guard(directory, path, lock_path, err);

	free(lock_path);
	if (ok && access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0) {
		error_errno(err, ERROR_STORAGE, errno, "the state file %s cannot be written", path);
		ok = error_hint(err, "check its permissions, or set another state_dir");
	}
	free(path);
	return ok;
}

/*
 * Returns whether a journal remains, because another program has the file open. The journal then holds the records of
 * this run. It could be lost without a change to the file, so the stamp is dropped.
 */
static bool has_journal(const struct state *s)
{
	char *path = memory_format("%s-wal", s->path);
	struct stat st;
	bool has = stat(path, &st) == 0 && st.st_size > 0;

	free(path);
	if (has)
		state_stamp_drop(s->lock_fd);
	return has;
}

void state_close(struct state **s)
{
	if (!*s)
		return;
	database_close(&(*s)->db);
	if ((*s)->opened && !(*s)->needs_recovery && !has_journal(*s))
		state_stamp_leave((*s)->lock_fd, (*s)->path);
	state_witness_free(&(*s)->witness);
	if ((*s)->lock_fd >= 0)
		close((*s)->lock_fd);
	free((*s)->path);
	free((*s)->lock_path);
	free(*s);
	*s = NULL;
}

struct database *state_database(struct state *s)
{
	return s->db;
}

const char *state_path(const struct state *s)
{
	return s->path;
}

const char *state_lock_path(const struct state *s)
{
	return s->lock_path;
}

int state_lock_fd(const struct state *s)
{
	return s->lock_fd;
}

int64_t state_last_run(const struct state *s)
{
	return s->last_run;
}

bool state_needs_recovery(const struct state *s)
{
	return s->needs_recovery;
}

int64_t state_last_seen(const struct state *s)
{
	return s->last_seen;
}

bool state_commit(struct state *s, struct error *err)
{
	return database_commit(s->db, err);
}

void state_rollback(struct state *s)
{
	database_rollback(s->db);
}

/* Notes the run in the witness before the first message arrives, so that every later message has a noted run. */
static bool note_run(struct state *s, int64_t now, struct error *err)
{
	int64_t number = 0;

	if (s->unwitnessed)
		return true;
	if (!database_integer(s->db, "SELECT max(rowid) FROM run", &number, err))
		return false;
	return !state_witness_note(&s->witness, number, now) ||
	    database_execute(s->db, err, "UPDATE place SET witnessed = ?1", "i", number);
}

bool state_begin_run(struct state *s, int64_t now, struct error *err)
{
	/* If the journal with the following changes is lost, the file looks as it does now. */
	state_stamp_drop(s->lock_fd);
	return database_execute(s->db, err, "INSERT INTO run(started) VALUES(?1)", "i", now) && state_commit(s, err) &&
	    note_run(s, now, err);
}

int64_t state_recover_since(const struct state *s)
{
	return s->recover_since;
}

int64_t state_died_since(const struct state *s)
{
	return s->died_since;
}

static bool record_end(struct state *s, int64_t now, struct error *err)
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

/*
 * Updates the witness after an older state was restored and its missing messages were searched for. Its next runs
 * follow the last run of the witness.
 */
static bool settle_witness(struct state *s, struct error *err)
{
	int64_t number = 0, after;

	if (!database_integer(s->db, "SELECT max(rowid) FROM run", &number, err))
		return false;
	after = state_witness_after(&s->witness, number);
	if (after > 0)
		(void)state_witness_note(&s->witness, number, after);
	return true;
}

bool state_end_run(struct state *s, int64_t now, struct error *err)
{
	const struct timespec times[2] = {{.tv_sec = (time_t)now}, {.tv_sec = (time_t)now}};

	/* A run without changes leaves its time at the lock file, so that nothing needs a sync. */
	if (s->lock_fd >= 0)
		(void)futimens(s->lock_fd, times);
	if ((s->unsettled_run || database_is_changed(s->db)) && !record_end(s, now, err))
		return false;
	s->needs_recovery = s->unsettled_run = false;
	return settle_witness(s, err);
}

bool state_add(struct state *s, const struct state_record *r, struct error *err)
{
	return database_execute(s->db, err,
	    "INSERT OR REPLACE INTO message(uid, delivered, octets, wire, listed, sha256, header, said, doubt, dots, bare)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	    "tiiiibbiiib", r->uid, r->delivered, (int64_t)r->octets, (int64_t)r->wire, (int64_t)r->listed, r->sha256,
	    sizeof(r->sha256), r->header, sizeof(r->header), (int64_t)r->said, (int64_t)r->doubt, (int64_t)r->dots,
	    r->marked ? r->bare : NULL, sizeof(r->bare));
}

const char *state_library_version(void)
{
	return database_library_version();
}
