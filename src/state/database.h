#ifndef MAILHAUL_STATE_DATABASE_H
#define MAILHAUL_STATE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * An SQLite file. Failures are ERROR_STORAGE with a hint, or ERROR_LOCKED when another program is
 * writing. Changes gather in a batch, which begins with the first of them.
 */
struct database;

/* The rows of a SELECT. */
struct query;

/*
 * Opens path; a writable one is made if it is missing, "" stands for a new one that goes with the
 * process. Not writable: a private copy of it, whose changes nobody sees. The file has to bear
 * application_id, or be empty, and is brought up to `versions` by the steps from its own version on.
 * ERROR_STORAGE for a file that is damaged, foreign or newer.
 */
bool database_open(struct database **out, const char *path, bool writable, int application_id,
    const char *const *steps, int versions, struct error *err);
void database_close(struct database **d);

/*
 * Runs a statement that gives no rows as part of the batch. types says what follows for each
 * parameter: t a text, i an int64_t, b a pointer and its size_t.
 */
bool database_execute(struct database *d, struct error *err, const char *sql, const char *types, ...);

/* Puts the batch on stable storage in one go; when it fails, the batch is dropped. */
bool database_commit(struct database *d, struct error *err);

/* Rows that were changed since it was opened: how often, in all. */
int64_t database_changes(const struct database *d);

/* Whether anything was written since it was opened. */
bool database_is_changed(const struct database *d);

/* Drops the batch. */
void database_rollback(struct database *d);

/* The first column of the first row as a number; 0 where there is none. */
bool database_integer(struct database *d, const char *sql, int64_t *out, struct error *err);

/* Starts a SELECT, with parameters as for database_execute. */
bool query_start(struct query **out, struct database *d, struct error *err, const char *sql, const char *types, ...);

/* Goes to the next row; *row says whether there is one. */
bool query_next(struct query *q, bool *row, struct error *err);

/* A column of the current row; a text lives until the next call of query_next or query_end. */
const char *query_text(const struct query *q, int column);
int64_t query_integer(const struct query *q, int column);
bool query_is_null(const struct query *q, int column);

/* Copies at most size octets and returns how many the column has. */
size_t query_blob(const struct query *q, int column, void *out, size_t size);

/* Ends it and sets *q to NULL; NULL is accepted. */
void query_end(struct query **q);

/* The version of the library that runs, for --version. */
const char *database_library_version(void);

#endif
