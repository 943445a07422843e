#include "config.h"

#include "state/schema_check.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "state/database.h"

/*
 * Appends a text with a NUL. Blanks and quotes of names are left out, as another version of SQLite may have written
 * them in another way when it changed a table. Nothing that runs can be made from the rest by adding some.
 */
static void append(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text != '"' && *text != ' ')
			buf_append(out, text, 1);
	}
	buf_append(out, "", 1);
}

/* Appends what the file says about its tables and indexes, but not the pages that they begin on. */
static bool read_schema(struct database *d, struct buf *text, struct error *err)
{
	struct query *q;
	bool row = true,
	     ok = query_start(&q, d, err,
		 "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY name, type", "");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		for (int i = 0; i < 4; i++)
			append(text, query_text(q, i));
	}
	query_end(&q);
	return ok;
}

/* Makes the tables of the version in memory, and compares them with those of the file. */
static bool compare(struct database *d, const struct database_kind *kind, int version, bool *same, struct error *err)
{
	const struct database_kind like = {kind->application_id, kind->steps, version, NULL};
	struct buf found = {0}, wanted = {0};
	struct database *made;
	bool ok = database_open(&made, "", true, &like, err) && read_schema(made, &wanted, err) &&
	    read_schema(d, &found, err);

	*same = ok && found.length == wanted.length && memcmp(found.data, wanted.data, found.length) == 0;
	database_close(&made);
	buf_free(&found);
	buf_free(&wanted);
	return ok;
}

static bool refuse(const struct database *d, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the file %s is not a state file of mailhaul", database_path(d));
	return error_hint(err, "move it away, or set another state_dir");
}

static bool refuse_change(const struct database *d, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the tables of the state file %s are not as mailhaul made them",
	    database_path(d));
	return error_hint(err,
	    "another program changed it: move it away, then run mailhaul verify --rebuild for this account");
}

bool schema_check(struct database *d, const struct database_kind *kind, int *version, struct error *err)
{
	int64_t id, tables, found;
	bool same;

	if (!database_integer(d, "PRAGMA user_version", &found, err) ||
	    !database_integer(d, "PRAGMA application_id", &id, err) ||
	    !database_integer(d, "SELECT count(*) FROM sqlite_master", &tables, err))
		return false;
	*version = (int)found;
	if (id == 0 && tables == 0 && found == 0)
		return true;
	if (id != kind->application_id || found <= 0)
		return refuse(d, err);
	if (found > kind->versions) {
		error_set(err, ERROR_STORAGE, "the state file %s was written by a newer version of mailhaul",
		    database_path(d));
		return error_hint(err,
		    "use that version again, or move the file away and run mailhaul verify --rebuild for this account");
	}
	return compare(d, kind, *version, &same, err) && (same || refuse_change(d, err));
}
