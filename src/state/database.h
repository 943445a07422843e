#ifndef MAILHAUL_STATE_DATABASE_H
#define MAILHAUL_STATE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * An SQLite file. Failures are ERROR_STORAGE with a hint, or ERROR_LOCKED if another program is writing. Changes are
 * collected in a batch that begins with the first of them.
 */
struct database;

/* The rows of a SELECT. */
struct query;

/* What a file has to be. */
struct database_kind {
	int application_id;
	const char *const *steps; /* steps[N - 1] makes version N */
	int versions;		  /* number of steps */
	const char *digest;	  /* of the tables of the last version (state/schema_check); NULL: not known */
	/*
	 * Checks an open file before anything of it but its list of tables is used. *version becomes the version of the
	 * file; 0: it is empty. NULL: the file is temporary.
	 */
	bool (*check)(struct database *d, const struct database_kind *kind, int *version, struct error *err);
};

/*
 * Opens path. A writable file is created if it is missing; "" means a temporary database. If not writable, opens a
 * private copy whose changes are discarded. The steps from its own version on upgrade it. Sets ERROR_STORAGE if the file
 * is damaged, or too large for a copy.
 */
bool database_open(struct database **out, const char *path, bool writable, const struct database_kind *kind,
    struct error *err);
void database_close(struct database **d);

const char *database_path(const struct database *d);

/*
 * Runs a statement without result rows as part of the batch. types describes the arguments, one character per
 * parameter: t is a text, i an int64_t, b a pointer and its size_t.
 */
bool database_execute(struct database *d, struct error *err, const char *sql, const char *types, ...);

/* Writes the batch to stable storage at once. If it fails, the batch is dropped. */
bool database_commit(struct database *d, struct error *err);

/* Returns the total number of row changes since the database was opened. */
int64_t database_changes(const struct database *d);

/* Returns whether anything was written since the database was opened. */
bool database_is_changed(const struct database *d);

/* Drops the batch. */
void database_rollback(struct database *d);

/* Gives the first column of the first row as a number, or 0 if there is no row. */
bool database_integer(struct database *d, const char *sql, int64_t *out, struct error *err);

/* Starts a SELECT, with parameters as for database_execute. */
bool query_start(struct query **out, struct database *d, struct error *err, const char *sql, const char *types, ...);

/* Moves to the next row. *row is false if there is none. */
bool query_next(struct query *q, bool *row, struct error *err);

/* Returns a column of the current row. A text is valid until the next call of query_next or query_end. */
const char *query_text(const struct query *q, int column);
int64_t query_integer(const struct query *q, int column);
bool query_is_null(const struct query *q, int column);

/* Copies at most size bytes of a column and returns its length. */
size_t query_blob(const struct query *q, int column, void *out, size_t size);

/* Ends the query and sets *q to NULL. *q may be NULL. */
void query_end(struct query **q);

/* Returns the version of the library at run time, for --version. */
const char *database_library_version(void);

#endif
